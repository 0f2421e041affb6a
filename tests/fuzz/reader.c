/* SPDX-License-Identifier: Apache-2.0 */
/* A recording out of arbitrary bytes, read and shown in every way. See docs/fuzzing.md. */
#include "tests/fuzz/reader.h"

#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "analyzer/error.h"
#include "analyzer/export.h"
#include "analyzer/model.h"
#include "analyzer/profile.h"
#include "analyzer/report.h"
#include "analyzer/run.h"
#include "analyzer/trace.h"

/* What the first byte of a piece of input chooses. */
static const char *const names[] = {
	"metadata",   "process",    "process.live", "spans-0",      "spans-0.live",
	"heap-total", "heap-0-0",   "heap-1-0",     "snapshot-0",   "snapshot-1",
	"cpu-0-0",    "mappings-0", "trace-0",      "trace-0.live", "trace-1",
	"../symbols", "spans-1",    "cpu-1-0",      "sums-0-0",     "counters-0",
};

#define NAMES (sizeof(names) / sizeof(*names))
#define PIECE_HEAD 5 /* Which file, and its length in four bytes, lowest first. */

/* A recording on a file system in memory: `trace` is a directory in `run`. */
struct place {
	char run[64], trace[72];
	FILE *sink;
};

static void fail(const char *what)
{
	perror(what);
	abort();
}

static void in_trace(const struct place *place, const char *name, char path[128])
{
	snprintf(path, 128, "%s/%s", place->trace, name);
}

static void make_place(struct place *place)
{
	snprintf(place->run, sizeof(place->run), "/dev/shm/recoat-fuzz-XXXXXX");
	if (!mkdtemp(place->run))
		fail(place->run);
	snprintf(place->trace, sizeof(place->trace), "%s/t", place->run);
	if (mkdir(place->trace, 0700))
		fail(place->trace);
	place->sink = fopen("/dev/null", "w");
	if (!place->sink)
		fail("/dev/null");
}

static void clear_place(const struct place *place)
{
	char path[128];

	for (size_t i = 0; i < NAMES; i++) {
		in_trace(place, names[i], path);
		unlink(path);
	}
}

static void remove_place(const struct place *place)
{
	clear_place(place);
	rmdir(place->trace);
	rmdir(place->run);
	fclose(place->sink);
}

static void write_file(const struct place *place, const char *name, const uint8_t *bytes,
		       size_t length)
{
	char path[128];
	int fd;

	in_trace(place, name, path);
	fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
	if (fd < 0 || write(fd, bytes, length) != (ssize_t)length)
		fail(path);
	close(fd);
}

static void write_files(const struct place *place, const uint8_t *bytes, size_t size)
{
	while (size >= PIECE_HEAD) {
		const char *name = names[bytes[0] % NAMES];
		size_t length = bytes[1] | bytes[2] << 8 | bytes[3] << 16 | (size_t)bytes[4] << 24;

		bytes += PIECE_HEAD;
		size -= PIECE_HEAD;
		if (length > size)
			length = size;
		write_file(place, name, bytes, length);
		bytes += length;
		size -= length;
	}
}

/* All formats; what they refuse is of no interest. */
static void export(struct recoat_model *model, struct recoat_symbols *symbols, FILE *sink)
{
	static const char *const values[] = {"cpu", "bytes", "time"};
	static recoat_exporter *const exporters[] = {
		recoat_export_folded,     recoat_export_csv,        recoat_export_json,
		recoat_export_flamegraph, recoat_export_speedscope, recoat_export_pprof,
		recoat_export_callgrind,
	};
	struct recoat_export from = {.model = model, .symbols = symbols};
	struct recoat_profile profile;
	struct recoat_error error;

	for (size_t v = 0; v < sizeof(values) / sizeof(*values); v++)
		for (size_t e = 0; e < sizeof(exporters) / sizeof(*exporters); e++) {
			recoat_profile_create(&profile, model, symbols, values[v], e > 4);
			from.profile = &profile;
			exporters[e](&from, sink, &error);
			recoat_profile_destroy(&profile);
		}
	recoat_export_chrome(&from, sink, &error);
	recoat_export_massif(&from, sink, &error);
}

static void show(struct recoat_model *model, const struct place *place)
{
	struct recoat_report report = {
		.model = model, .path = place->run, .limit = 20, .least = 1, .width = 80};

	report.symbols = recoat_symbols_create(&model->strings);
	recoat_report_header(&report, place->sink);
	recoat_report_kernels(&report, place->sink);
	recoat_report_functions(&report, place->sink);
	recoat_report_sites(&report, place->sink);
	recoat_report_lifetimes(&report, place->sink);
	recoat_report_mappings(&report, place->sink);
	recoat_report_time_tree(&report, place->sink);
	recoat_report_cpu_tree(&report, place->sink);
	recoat_report_memory_tree(&report, place->sink);
	recoat_report_timeline(&report, place->sink);
	recoat_report_snapshots(&report, place->sink);
	recoat_report_growth(&report, place->sink);
	recoat_report_footer(&report, place->sink);
	recoat_report_json(&report, place->sink);
	export(model, report.symbols, place->sink);
	recoat_symbols_destroy(report.symbols);
}

/* Every event that is decoded can be printed. */
static int print_event(void *user, const struct recoat_event *event)
{
	recoat_event_print(user, event);
	return 0;
}

static void dump(const struct place *place)
{
	const struct recoat_visitor visitor = {.user = place->sink, .event = print_event};
	struct recoat_error error;
	struct recoat_trace *trace;

	if (recoat_trace_open(place->trace, &trace, &error))
		return;
	for (int part = 0; part < RECOAT_PARTS; part++)
		recoat_trace_read(trace, (enum recoat_part)part, &visitor, &error);
	recoat_trace_close(trace);
}

/* The middle of what happened in the first of the threads. */
static void show_part(const struct recoat_model *whole, const struct place *place)
{
	uint64_t length = recoat_model_duration(whole);
	struct recoat_filter filter = {
		.since = {.text = "a", .ns = (int64_t)(length / 4)},
		.until = {.text = "b", .ns = (int64_t)(length - length / 4)}};
	struct recoat_model *part;
	struct recoat_error error;
	char thread[16];

	if (whole->threads.count) {
		snprintf(thread, sizeof(thread), "%u", whole->threads.at[0].tid);
		recoat_filter_add_thread(&filter, thread);
	}
	if (!recoat_model_create_part(&part, place->run, &filter, NULL, &error)) {
		show(part, place);
		recoat_model_destroy(part);
	}
	recoat_filter_fini(&filter);
}

bool fuzz_read(const uint8_t *bytes, size_t size)
{
	struct recoat_model *model;
	struct recoat_error error;
	struct place place;
	int result;

	make_place(&place);
	write_files(&place, bytes, size);
	dump(&place);
	memset(&error, 0, sizeof(error));
	result = recoat_model_create(&model, place.run, NULL, &error);
	if (!result) {
		show(model, &place);
		show_part(model, &place);
		recoat_model_destroy(model);
	} else if (result > 0 || !*error.text || strchr(error.text, '\n')) {
		abort(); /* A refusal is one line. */
	}
	remove_place(&place);
	return !result;
}
