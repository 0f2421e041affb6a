/* SPDX-License-Identifier: Apache-2.0 */
/* A symbolic stack machine for the DWARF operations that compilers and linkers emit. */
#include "preload/cfi_expression.h"

#include <dwarf.h>

#define DEPTH 8
#define REGISTER_BP 6
#define REGISTER_SP 7
#define REGISTER_PC 16

struct stack {
	struct recoat_value value[DEPTH];
	int depth;
	bool bad;
};

static void push(struct stack *stack, struct recoat_value value)
{
	if (stack->depth == DEPTH)
		stack->bad = true;
	else
		stack->value[stack->depth++] = value;
}

static void push_constant(struct stack *stack, int64_t constant)
{
	push(stack, (struct recoat_value){.offset = constant});
}

static struct recoat_value pop(struct stack *stack)
{
	if (stack->depth == 0) {
		stack->bad = true;
		return (struct recoat_value){0};
	}
	return stack->value[--stack->depth];
}

static int64_t pop_constant(struct stack *stack)
{
	struct recoat_value value = pop(stack);

	if (value.base != RECOAT_BASE_NONE || value.loaded)
		stack->bad = true;
	return value.offset;
}

/* Add to the value on top, which may be a register or a loaded word. */
static void add(struct stack *stack, int64_t constant)
{
	struct recoat_value value = pop(stack);

	if (value.loaded)
		value.addend += constant;
	else
		value.offset += constant;
	push(stack, value);
}

static void load(struct stack *stack)
{
	struct recoat_value value = pop(stack);

	if (value.loaded || value.base == RECOAT_BASE_NONE)
		stack->bad = true;
	value.loaded = true;
	push(stack, value);
}

static void push_register(struct stack *stack, unsigned number, int64_t offset, uint64_t pc)
{
	struct recoat_value value = {.offset = offset};

	switch (number) {
	case REGISTER_SP:
		value.base = RECOAT_BASE_SP;
		break;
	case REGISTER_BP:
		value.base = RECOAT_BASE_BP;
		break;
	case REGISTER_PC:
		value.offset += (int64_t)pc;
		break;
	default:
		stack->bad = true;
	}
	push(stack, value);
}

static void two_constants(struct stack *stack, uint8_t operation)
{
	int64_t right = pop_constant(stack);
	int64_t left = pop_constant(stack);

	switch (operation) {
	case DW_OP_and:
		push_constant(stack, left & right);
		break;
	case DW_OP_shl:
		push_constant(stack, (uint64_t)right < 64 ? (int64_t)((uint64_t)left << right) : 0);
		break;
	case DW_OP_ge:
		push_constant(stack, left >= right);
		break;
	default:
		stack->bad = true;
	}
}

static void plus(struct stack *stack)
{
	struct recoat_value right = pop(stack);

	if (right.base == RECOAT_BASE_NONE && !right.loaded)
		add(stack, right.offset);
	else
		stack->bad = true;
}

static void step(struct stack *stack, struct recoat_bytes *from, uint64_t pc)
{
	uint8_t operation = (uint8_t)recoat_bytes_unsigned(from, 1);

	if (operation >= DW_OP_lit0 && operation <= DW_OP_lit31) {
		push_constant(stack, operation - DW_OP_lit0);
		return;
	}
	if (operation >= DW_OP_breg0 && operation <= DW_OP_breg31) {
		push_register(stack, operation - DW_OP_breg0, recoat_bytes_sleb(from), pc);
		return;
	}
	switch (operation) {
	case DW_OP_const1u:
		push_constant(stack, (int64_t)recoat_bytes_unsigned(from, 1));
		break;
	case DW_OP_const1s:
		push_constant(stack, recoat_bytes_signed(from, 1));
		break;
	case DW_OP_constu:
		push_constant(stack, (int64_t)recoat_bytes_uleb(from));
		break;
	case DW_OP_consts:
		push_constant(stack, recoat_bytes_sleb(from));
		break;
	case DW_OP_plus_uconst:
		add(stack, (int64_t)recoat_bytes_uleb(from));
		break;
	case DW_OP_plus:
		plus(stack);
		break;
	case DW_OP_minus:
		add(stack, -pop_constant(stack));
		break;
	case DW_OP_deref:
		load(stack);
		break;
	case DW_OP_nop:
		break;
	default:
		two_constants(stack, operation);
	}
}

bool recoat_cfi_evaluate(struct recoat_bytes expression, uint64_t pc, bool push_cfa,
			 struct recoat_value *value)
{
	struct stack stack = {0};

	if (push_cfa)
		push(&stack, (struct recoat_value){.base = RECOAT_BASE_CFA});
	while (expression.at < expression.end && !stack.bad)
		step(&stack, &expression, pc);
	*value = pop(&stack);
	return !stack.bad && !expression.bad;
}
