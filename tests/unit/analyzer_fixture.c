/* SPDX-License-Identifier: Apache-2.0 */
/* Recordings made by hand. */
#include "tests/unit/analyzer_fixture.h"

#include <assert.h>
#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static const char metadata_head[] =
	"/* CTF 1.8 */\n"
	"typealias integer { size = 8; align = 8; } := u8;\n"
	"typealias integer { size = 16; align = 8; } := u16;\n"
	"typealias integer { size = 32; align = 8; } := u32;\n"
	"typealias integer { size = 64; align = 8; } := u64;\n"
	"typealias integer { size = 64; align = 8; base = 16; } := x64;\n"
	"typealias integer { size = 64; align = 8; signed = true; } := i64;\n"
	"typealias floating_point { exp_dig = 11; mant_dig = 53; align = 8; } := f64;\n"
	"typealias string { encoding = UTF8; } := str;\n"
	"trace { major = 1; minor = 8; byte_order = le;\n"
	"\tpacket.header := struct { u32 magic; u32 stream_id; };\n};\n"
	"env { tracer = \"fixture\"; recoat_format = 1; };\n"
	"clock { name = monotonic; freq = 1000000000; offset_s = 0; offset = 0; };\n"
	"clock { name = span; freq = 1000000000; offset_s = 0; offset = 0; };\n"
	"clock { name = tick; freq = 1000; offset_s = 0; offset = 0; };\n";

/* A stream, and the number type of its packets' times. */
static void put_stream(FILE *file, int id, const char *clock)
{
	const char *head = id == RECOAT_STREAM_TRACE ? "integer { size = 4; align = 1; } id; "
						       "integer { size = 16; align = 1;"
						     : "u8 id; integer { size = 56; align = 8;";

	fprintf(file,
		"typealias integer { size = 64; align = 8; map = clock.%s.value; } := time_%d;\n"
		"stream { id = %d;\n"
		"\tevent.header := struct { %s map = clock.%s.value; } time; };\n"
		"\tpacket.context := struct { time_%d timestamp_begin; time_%d timestamp_end; "
		"u64 content_size; u64 packet_size; u64 packet_seq_num; u64 events_discarded; "
		"u32 tid; u32 shard; };\n};\n",
		clock, id, id, head, clock, id, id);
}

char *fixture_path(const char *directory, const char *name)
{
	char *path = NULL;

	if (asprintf(&path, "%s/%s", directory, name) < 0)
		abort();
	return path;
}

char *fixture_create(void)
{
	const char *parent = getenv("TMPDIR");
	char *path = fixture_path(parent ? parent : "/tmp", "recoat-test-XXXXXX");

	if (!mkdtemp(path))
		abort();
	return path;
}

static int remove_one(const char *path, const struct stat *status, int type, struct FTW *at)
{
	(void)status;
	(void)type;
	(void)at;
	return remove(path);
}

void fixture_remove(const char *directory)
{
	if (nftw(directory, remove_one, 16, FTW_DEPTH | FTW_PHYS))
		abort();
}

int fixture_setup(void **state)
{
	*state = fixture_create();
	return 0;
}

int fixture_teardown(void **state)
{
	fixture_remove(*state);
	free(*state);
	return 0;
}

char *fixture_directory(const char *directory, const char *name)
{
	char *path = fixture_path(directory, name);

	if (mkdir(path, 0700))
		abort();
	return path;
}

static void put_bytes(const char *directory, const char *name, const char *mode, const void *bytes,
		      size_t length)
{
	char *path = fixture_path(directory, name);
	FILE *file = fopen(path, mode);

	if (!file || fwrite(bytes, 1, length, file) != length || fclose(file))
		abort();
	free(path);
}

void fixture_write(const char *directory, const char *name, const void *bytes, size_t length)
{
	put_bytes(directory, name, "w", bytes, length);
}

void fixture_append(const char *directory, const char *name, const void *bytes, size_t length)
{
	put_bytes(directory, name, "a", bytes, length);
}

void fixture_metadata(const char *directory)
{
	char *path = fixture_path(directory, "metadata");
	FILE *file = fopen(path, "w");

	if (!file)
		abort();
	fputs(metadata_head, file);
	put_stream(file, RECOAT_STREAM_PROCESS, "monotonic");
	put_stream(file, RECOAT_STREAM_SPANS, "span");
	put_stream(file, RECOAT_STREAM_HEAP, "monotonic");
	put_stream(file, RECOAT_STREAM_CPU, "monotonic");
	put_stream(file, RECOAT_STREAM_TRACE, "tick");
#define PACKED(stream, id, name) EVENT(stream, id, name)
#define BITS(type, width, name)                                                                    \
	fprintf(file, " integer { size = %d; align = 1; base = %d; } %s;", width,                  \
		*#type == 'x' ? 16 : 10, #name);
#define PACKED_END(name) END(name)
#define EVENT(stream, id, name)                                                                    \
	fprintf(file, "event { stream_id = %d; id = %d; name = \"%s\"; fields := struct {",        \
		RECOAT_STREAM_##stream, id, #name);
#define FIELD(type, name) fputs(" " #type " " #name ";", file);
#define END(name) fputs(" }; };\n", file);
#include "recoat/events.def"
	if (fclose(file))
		abort();
	free(path);
}

void fixture_begin(struct fixture_packet *packet, unsigned stream, uint64_t sequence)
{
	memset(packet, 0, sizeof(*packet));
	packet->head = (struct recoat_packet){
		.magic = RECOAT_CTF_MAGIC,
		.stream = stream,
		.time_end = 1000000,
		.content_bits = sizeof(packet->head) * 8,
		.packet_bits = FIXTURE_PACKET * 8,
		.sequence = sequence,
		.tid = 1,
	};
	packet->used = sizeof(packet->head);
}

void fixture_store(const char *directory, const char *name, const struct fixture_packet *packet)
{
	fixture_append(directory, name, packet->bytes, sizeof(packet->bytes));
}

static void put(struct fixture_packet *packet, const void *bytes, size_t length)
{
	assert(packet->used + length <= sizeof(packet->bytes));
	memcpy(packet->bytes + packet->used, bytes, length);
	packet->used += length;
	packet->head.content_bits = packet->used * 8;
}

#define PUT(type)                                                                                  \
	static void put_##type(struct fixture_packet *packet, recoat_##type value)                 \
	{                                                                                          \
		put(packet, &value, sizeof(value));                                                \
	}
PUT(u8)
PUT(u16)
PUT(u32)
PUT(u64)
PUT(x64)
PUT(i64)
PUT(f64)

static void put_str(struct fixture_packet *packet, recoat_str value)
{
	put(packet, value ? value : "", value ? strlen(value) + 1 : 1);
}

#define EVENT(stream, id, name)                                                                    \
	void fixture_put_##name(struct fixture_packet *packet, uint64_t time,                      \
				const struct recoat_##name *event)                                 \
	{                                                                                          \
		put_u64(packet, recoat_event_word(id, time));
#define FIELD(type, name) put_##type(packet, event->name);
#define END(name) }
#include "recoat/events.def"

/* Append bits, lowest first, to packed events that begin at `used`. */
static void put_bits(struct fixture_packet *packet, unsigned *at, uint64_t value, unsigned width)
{
	for (unsigned i = 0; i < width; i++, ++*at) {
		uint8_t *byte = &packet->bytes[packet->used + *at / 8];

		assert(byte < packet->bytes + sizeof(packet->bytes));
		*byte |= (uint8_t)((value >> i & 1) << *at % 8);
	}
}

#define EVENT(stream, id, name)
#define FIELD(type, name)
#define END(name)
#define PACKED(stream, id, name)                                                                   \
	void fixture_put_##name(struct fixture_packet *packet, uint64_t time,                      \
				const struct recoat_##name *event)                                 \
	{                                                                                          \
		unsigned at = 0;                                                                   \
                                                                                                   \
		put_bits(packet, &at, id, 4);                                                      \
		put_bits(packet, &at, time, 16);
#define BITS(type, width, name) put_bits(packet, &at, event->name, width);
#define PACKED_END(name)                                                                           \
	packet->used += at / 8;                                                                    \
	packet->head.content_bits = packet->used * 8;                                              \
	}
#include "recoat/events.def"

void fixture_put_start(struct fixture_packet *packet, uint32_t pid, const char *program)
{
	fixture_put_process_start(packet, 1000,
				  &(struct recoat_process_start){.pid = pid,
								 .parent_pid = 1,
								 .start_real = 1000,
								 .program = program,
								 .directory = "/tmp",
								 .version = "0"});
	fixture_put_host(packet, 1000,
			 &(struct recoat_host){.name = "host",
					       .kernel = "Linux",
					       .machine = "x86_64",
					       .processors = 2,
					       .page_size = 4096});
	fixture_put_argument(packet, 1000, &(struct recoat_argument){.value = program});
}

void fixture_put_link(struct fixture_packet *packet, uint64_t time, uint32_t link,
		      const char *kernel)
{
	fixture_put_kernel_link(packet, time,
				&(struct recoat_kernel_link){.link = link,
							     .kernel = kernel,
							     .operation = "test",
							     .abi = "c",
							     .implementation = "original",
							     .symbol = kernel,
							     .mechanism = "got"});
}
