/* SPDX-License-Identifier: Apache-2.0 */
/* Size expressions: compiled once to a few steps, evaluated at every call of a kernel. */
#include "kernels/catalogue.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#define NESTING_MAX 16 /* Of parentheses: the parser recurses, on a stack that is not ours. */

enum recoat_size_op {
	SIZE_CONSTANT, /* Push operand. */
	SIZE_ARGUMENT, /* Push argument number operand. */
	SIZE_LOAD,     /* Pop an address, push what is `operand` bytes behind it. */
	SIZE_CUT,      /* Pop a word, push its lower `width` bytes. */
	SIZE_VECTOR,   /* Pop a std::vector's address, push its length; operand: element size. */
	SIZE_ADD,      /* Pop two, push one. */
	SIZE_SUBTRACT,
	SIZE_MULTIPLY,
	SIZE_DIVIDE,
};

static const struct {
	const char *name;
	uint8_t width;
} types[] = {{"u8", 1}, {"u16", 2}, {"u32", 4}, {"u64", 8}, {"ptr", 8}};

struct parser {
	const char *text, *at;
	struct recoat_size *size;
	unsigned nesting;
	char *message;
	size_t message_size;
};

static bool parse_sum(struct parser *parser);

/* Say what is at the parser's place; always false, so that rules can return it. */
static bool refuse(struct parser *parser, const char *expected)
{
	int column = (int)(parser->at - parser->text) + 1;
	int shown = (int)strnlen(parser->at, 16);

	if (shown)
		snprintf(parser->message, parser->message_size,
			 "column %d: found '%.*s', expected %s", column, shown, parser->at,
			 expected);
	else
		snprintf(parser->message, parser->message_size,
			 "column %d: found the end, expected %s", column, expected);
	return false;
}

static void skip_blanks(struct parser *parser)
{
	parser->at += strspn(parser->at, " \t");
}

static bool accept(struct parser *parser, const char *token)
{
	size_t length = strlen(token);

	skip_blanks(parser);
	if (strncmp(parser->at, token, length) != 0)
		return false;
	parser->at += length;
	return true;
}

static bool expect(struct parser *parser, const char *token, const char *words)
{
	return accept(parser, token) || refuse(parser, words);
}

static bool emit(struct parser *parser, struct recoat_size_step step)
{
	if (parser->size->steps == RECOAT_SIZE_STEPS_MAX)
		return refuse(parser, "an end: the expression is too long");
	parser->size->step[parser->size->steps++] = step;
	return true;
}

static bool emit_op(struct parser *parser, enum recoat_size_op op)
{
	return emit(parser, (struct recoat_size_step){.op = op});
}

static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

static bool parse_number(struct parser *parser, uint64_t *number)
{
	skip_blanks(parser);
	if (!is_digit(*parser->at))
		return refuse(parser, "a number");
	for (*number = 0; is_digit(*parser->at); parser->at++)
		if (__builtin_mul_overflow(*number, 10, number) ||
		    __builtin_add_overflow(*number, *parser->at - '0', number))
			return refuse(parser, "a number of at most 64 bits");
	return true;
}

static bool parse_constant(struct parser *parser)
{
	uint64_t number;

	return parse_number(parser, &number) &&
	       emit(parser, (struct recoat_size_step){.op = SIZE_CONSTANT, .operand = number});
}

/* Behind "arg". */
static bool parse_argument(struct parser *parser)
{
	uint64_t number = (uint64_t)(*parser->at - '0');

	if (!is_digit(*parser->at) || number >= RECOAT_ARGUMENTS_MAX || is_digit(parser->at[1]))
		return refuse(parser, "an argument's number, 0 to 5");
	parser->at++;
	return emit(parser, (struct recoat_size_step){.op = SIZE_ARGUMENT, .operand = number});
}

/* The width of the type that stands here, 0 if none does. */
static uint8_t accept_type(struct parser *parser)
{
	for (size_t n = 0; n < sizeof(types) / sizeof(types[0]); n++)
		if (accept(parser, types[n].name))
			return types[n].width;
	return 0;
}

/* Behind "->". */
static bool parse_load(struct parser *parser)
{
	struct recoat_size_step step = {.op = SIZE_LOAD, .width = accept_type(parser)};
	uint64_t index;
	const char *begin;

	if (!step.width)
		return refuse(parser, "a type: u8, u16, u32, u64 or ptr");
	if (!expect(parser, "[", "[ behind the type"))
		return false;
	skip_blanks(parser);
	begin = parser->at;
	if (!parse_number(parser, &index))
		return false;
	if (index > UINT32_MAX) {
		parser->at = begin;
		return refuse(parser, "an index below 2^32");
	}
	step.operand = index * step.width;
	parser->size->loads = true;
	return expect(parser, "]", "] behind the index") && emit(parser, step);
}

/* Behind "vec(". The nesting was counted by parse_value(). */
static bool parse_vector(struct parser *parser)
{
	struct recoat_size_step step = {.op = SIZE_VECTOR, .width = 8};
	const char *begin;

	if (!parse_sum(parser) || !expect(parser, ",", ", behind the vector's address"))
		return false;
	skip_blanks(parser);
	begin = parser->at;
	if (!parse_number(parser, &step.operand))
		return false;
	if (step.operand == 0) {
		parser->at = begin;
		return refuse(parser, "an element size above 0");
	}
	parser->size->loads = true;
	return expect(parser, ")", ") behind the element size") && emit(parser, step);
}

/* Behind a type. */
static bool parse_cut(struct parser *parser, uint8_t width)
{
	return expect(parser, "(", "( behind the type") && parse_sum(parser) &&
	       expect(parser, ")", "an operator or )") &&
	       emit(parser, (struct recoat_size_step){.op = SIZE_CUT, .width = width});
}

static bool parse_primary(struct parser *parser)
{
	uint8_t width;

	skip_blanks(parser);
	if (is_digit(*parser->at))
		return parse_constant(parser);
	if (accept(parser, "arg"))
		return parse_argument(parser);
	if (accept(parser, "vec"))
		return expect(parser, "(", "( behind vec") && parse_vector(parser);
	if (accept(parser, "("))
		return parse_sum(parser) && expect(parser, ")", "an operator or )");
	width = accept_type(parser);
	if (width)
		return parse_cut(parser, width);
	return refuse(parser, "a number, argN, vec(, TYPE( or (");
}

static bool parse_value(struct parser *parser)
{
	bool parsed;

	if (parser->nesting == NESTING_MAX)
		return refuse(parser, "fewer nested parentheses");
	parser->nesting++;
	parsed = parse_primary(parser);
	parser->nesting--;
	while (parsed && accept(parser, "->"))
		parsed = parse_load(parser);
	return parsed;
}

static bool parse_product(struct parser *parser)
{
	bool parsed = parse_value(parser);

	while (parsed) {
		if (accept(parser, "*"))
			parsed = parse_value(parser) && emit_op(parser, SIZE_MULTIPLY);
		else if (accept(parser, "/"))
			parsed = parse_value(parser) && emit_op(parser, SIZE_DIVIDE);
		else
			break;
	}
	return parsed;
}

/* A "-" that begins "->" belongs to a value and was taken by parse_value(). */
static bool parse_sum(struct parser *parser)
{
	bool parsed = parse_product(parser);

	while (parsed) {
		if (accept(parser, "+"))
			parsed = parse_product(parser) && emit_op(parser, SIZE_ADD);
		else if (accept(parser, "-"))
			parsed = parse_product(parser) && emit_op(parser, SIZE_SUBTRACT);
		else
			break;
	}
	return parsed;
}

int recoat_size_parse(struct recoat_size *size, const char *text, char *message,
		      size_t message_size)
{
	struct parser parser = {
		.text = text,
		.at = text,
		.size = size,
		.message = message,
		.message_size = message_size,
	};

	memset(size, 0, sizeof(*size));
	if (parse_sum(&parser)) {
		skip_blanks(&parser);
		if (!*parser.at)
			return 0;
		refuse(&parser, "an operator or the end");
	}
	memset(size, 0, sizeof(*size));
	return -EINVAL;
}

/* Widths are those of a little-endian machine: the low bytes of the word are filled. */
static bool load(const struct recoat_size_step *step, recoat_size_read *read, uint64_t *word)
{
	uint64_t address = *word + step->operand;

	*word = 0;
	return read(address, word, step->width);
}

static bool vector_length(const struct recoat_size_step *step, recoat_size_read *read,
			  uint64_t *word)
{
	uint64_t bounds[2];

	if (!read(*word, bounds, sizeof(bounds)) || bounds[1] < bounds[0])
		return false;
	*word = (bounds[1] - bounds[0]) / step->operand;
	return true;
}

/* False for what is no size: below 0, or above 64 bits. */
static bool combine(enum recoat_size_op op, uint64_t *left, uint64_t right)
{
	switch (op) {
	case SIZE_ADD:
		return !__builtin_add_overflow(*left, right, left);
	case SIZE_SUBTRACT:
		return !__builtin_sub_overflow(*left, right, left);
	case SIZE_MULTIPLY:
		return !__builtin_mul_overflow(*left, right, left);
	default:
		if (right == 0)
			return false;
		*left /= right;
		return true;
	}
}

/*
 * Every step pushes at most one word, and the parser emitted an operator only behind its
 * operands, so the stack neither overflows nor runs empty.
 */
bool recoat_size_evaluate(const struct recoat_size *size,
			  const uint64_t arguments[RECOAT_ARGUMENTS_MAX], recoat_size_read *read,
			  uint64_t *result)
{
	uint64_t stack[RECOAT_SIZE_STEPS_MAX];
	uint32_t depth = 0;
	bool done = size->steps > 0;

	for (uint32_t n = 0; n < size->steps && done; n++) {
		const struct recoat_size_step *step = &size->step[n];

		switch (step->op) {
		case SIZE_CONSTANT:
			stack[depth++] = step->operand;
			break;
		case SIZE_ARGUMENT:
			stack[depth++] = arguments[step->operand];
			break;
		case SIZE_LOAD:
			done = load(step, read, &stack[depth - 1]);
			break;
		case SIZE_CUT:
			if (step->width < 8)
				stack[depth - 1] &= (UINT64_C(1) << 8 * step->width) - 1;
			break;
		case SIZE_VECTOR:
			done = vector_length(step, read, &stack[depth - 1]);
			break;
		default:
			depth--;
			done = combine((enum recoat_size_op)step->op, &stack[depth - 1],
				       stack[depth]);
		}
	}
	if (done)
		*result = stack[0];
	return done;
}
