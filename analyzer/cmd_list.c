/* SPDX-License-Identifier: Apache-2.0 */
/* recoat list: what there is to choose from. */
#include "analyzer/command.h"

#include <getopt.h>
#include <inttypes.h>
#include <jansson.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "analyzer/error.h"
#include "analyzer/find_kernels.h"
#include "analyzer/list_plugins.h"
#include "analyzer/memory.h"
#include "analyzer/runtime.h"
#include "analyzer/symbols.h"
#include "analyzer/table.h"
#include "kernels/catalogue.h"

static const char help[] =
	"Usage: recoat list kernels [--in FILE|PID] [--json]\n"
	"       recoat list plugins [--json]\n"
	"Show the kernels that can be caught: those of the catalogues (*.kernels) in the\n"
	"directories of RECOAT_KERNEL_PATH and in " RECOAT_PKGDATADIR "/kernels.\n"
	"Or the plugins that can be put before them, with their kernels and options: those in\n"
	"the directories of RECOAT_PLUGIN_PATH and in " RECOAT_PKGLIBDIR "/plugins.\n\n"
	"  --in WHERE  show what of them would be caught in a program or library, or in the\n"
	"              modules of a running process: the address, how it was found, by which\n"
	"              mechanism it would be caught, and why not where not. Whether code can be\n"
	"              patched (inline) is decided when the program runs.\n"
	"  --json      as a JSON array\n"
	"  --help      this text\n";

/* All catalogues, and the file that each kernel came from. */
struct kernels {
	struct recoat_catalogue catalogue;
	char *file[RECOAT_KERNELS_MAX];
	uint32_t files;
};

static void take_file(void *user, const char *directory, const char *name)
{
	struct kernels *kernels = user;

	while (kernels->files < kernels->catalogue.count)
		kernels->file[kernels->files++] = recoat_asprintf("%s/%s", directory, name);
}

static char *append(char *text, char *more)
{
	char *longer = recoat_asprintf("%s%s%s", text, *text ? " " : "", more);

	free(text);
	free(more);
	return longer;
}

/* The entry points, separated by blanks; for the caller to free. */
static char *symbols_text(const struct recoat_kernel *kernel)
{
	char *text = recoat_strdup("");

	for (uint32_t i = 0; i < kernel->symbols; i++)
		text = append(text, recoat_strdup(kernel->symbol[i]));
	if (kernel->rtti[0])
		text = append(text, recoat_asprintf("rtti:%s[%u]", kernel->rtti, kernel->slot));
	if (kernel->pybind[0])
		text = append(text, recoat_asprintf("pybind:%s", kernel->pybind));
	if (kernel->build_id[0])
		text = append(text, recoat_asprintf("offset:%s+0x%" PRIx64, kernel->build_id,
						    kernel->offset));
	return text;
}

static void print_table(const struct kernels *kernels)
{
	static const struct recoat_column column[] = {
		{"kernel", RECOAT_LEFT},  {"operation", RECOAT_LEFT}, {"abi", RECOAT_LEFT},
		{"symbols", RECOAT_LEFT}, {"size", RECOAT_LEFT},      {"catalogue", RECOAT_LEFT},
	};
	struct recoat_table *table = recoat_table_create(column, sizeof(column) / sizeof(*column));

	for (uint32_t i = 0; i < kernels->catalogue.count; i++) {
		const struct recoat_kernel *kernel = &kernels->catalogue.kernel[i];
		char *symbols = symbols_text(kernel);

		recoat_table_cell(table, "%s", kernel->name);
		recoat_table_cell(table, "%s", kernel->operation);
		recoat_table_cell(table, "%s", kernel->abi);
		recoat_table_cell(table, "%s", symbols);
		recoat_table_cell(table, "%s", *kernel->size_text ? kernel->size_text : "-");
		recoat_table_cell(table, "%s", kernels->file[i]);
		free(symbols);
	}
	recoat_table_print(table, stdout, 0);
	recoat_table_destroy(table);
}

static json_t *kernel_json(const struct kernels *kernels, uint32_t i)
{
	const struct recoat_kernel *kernel = &kernels->catalogue.kernel[i];
	static const char *const hook[] = {"auto", "inline", "slot"};
	json_t *symbols = json_array(), *object;

	for (uint32_t s = 0; s < kernel->symbols; s++)
		json_array_append_new(symbols, json_string(kernel->symbol[s]));
	object = json_pack("{s:s, s:s, s:s, s:o, s:s, s:i, s:b, s:s}", "kernel", kernel->name,
			   "operation", kernel->operation, "abi", kernel->abi, "symbols", symbols,
			   "size", kernel->size_text, "stack_words", (int)kernel->stack_words,
			   "all", kernel->all, "catalogue", kernels->file[i]);
	json_object_set_new(object, "hook", json_string(hook[kernel->hook]));
	if (kernel->module[0])
		json_object_set_new(object, "module", json_string(kernel->module));
	if (kernel->rtti[0])
		json_object_set_new(
			object, "rtti",
			json_pack("{s:s, s:i}", "type", kernel->rtti, "slot", (int)kernel->slot));
	if (kernel->pybind[0])
		json_object_set_new(object, "pybind", json_string(kernel->pybind));
	if (kernel->build_id[0])
		json_object_set_new(object, "offset",
				    json_pack("{s:s, s:I}", "build_id", kernel->build_id, "address",
					      (json_int_t)kernel->offset));
	return object;
}

static void print_json(const struct kernels *kernels)
{
	json_t *array = json_array();

	for (uint32_t i = 0; i < kernels->catalogue.count; i++)
		json_array_append_new(array, kernel_json(kernels, i));
	json_dumpf(array, stdout, JSON_INDENT(2));
	putchar('\n');
	json_decref(array);
}

/* ---- What would be caught in a file or process. ---- */

static void print_found_table(const struct recoat_found_kernels *found)
{
	static const struct recoat_column column[] = {
		{"kernel", RECOAT_LEFT},    {"abi", RECOAT_LEFT},      {"module", RECOAT_LEFT},
		{"symbol", RECOAT_LEFT},    {"address", RECOAT_RIGHT}, {"found by", RECOAT_LEFT},
		{"caught by", RECOAT_LEFT},
	};
	struct recoat_table *table = recoat_table_create(column, sizeof(column) / sizeof(*column));

	for (size_t i = 0; i < found->count; i++) {
		const struct recoat_found_kernel *kernel = &found->at[i];

		recoat_table_cell(table, "%s", kernel->kernel->name);
		recoat_table_cell(table, "%s", kernel->kernel->abi);
		recoat_table_cell(table, "%s",
				  kernel->module ? recoat_module_name(kernel->module) : "-");
		recoat_table_cell(table, "%s", kernel->symbol ? kernel->symbol : "-");
		if (kernel->found)
			recoat_table_cell(table, "0x%" PRIx64, kernel->address);
		else
			recoat_table_cell(table, "-");
		recoat_table_cell(table, "%s", kernel->found ? kernel->found : "-");
		recoat_table_cell(table, "%s%s%s", kernel->caught ? kernel->caught : "",
				  kernel->caught && kernel->reason ? "; " : "",
				  kernel->reason ? kernel->reason : "");
	}
	recoat_table_print(table, stdout, 0);
	recoat_table_destroy(table);
}

static void print_found_json(const struct recoat_found_kernels *found)
{
	json_t *array = json_array();

	for (size_t i = 0; i < found->count; i++) {
		const struct recoat_found_kernel *kernel = &found->at[i];
		json_t *object =
			json_pack("{s:s, s:s, s:s?, s:s?, s:s?, s:s?, s:s?}", "kernel",
				  kernel->kernel->name, "abi", kernel->kernel->abi, "module",
				  kernel->module, "symbol", kernel->symbol, "found", kernel->found,
				  "caught", kernel->caught, "reason", kernel->reason);

		json_object_set_new(object, "address",
				    kernel->found ? json_integer((json_int_t)kernel->address)
						  : json_null());
		json_array_append_new(array, object);
	}
	json_dumpf(array, stdout, JSON_INDENT(2));
	putchar('\n');
	json_decref(array);
}

static int print_in(const struct kernels *kernels, const char *where, bool json,
		    struct recoat_error *error)
{
	struct recoat_found_kernels found;
	int result = recoat_find_kernels(&found, &kernels->catalogue, where, error);

	if (!result && json)
		print_found_json(&found);
	else if (!result)
		print_found_table(&found);
	recoat_found_kernels_fini(&found);
	return result;
}

/* ---- The command. ---- */

static int print(const struct kernels *kernels, const char *where, bool json,
		 struct recoat_error *error)
{
	if (!kernels->catalogue.count && !json)
		printf("no kernels: no catalogue in RECOAT_KERNEL_PATH or in " RECOAT_PKGDATADIR
		       "/kernels\n");
	else if (where)
		return print_in(kernels, where, json, error);
	else if (json)
		print_json(kernels);
	else
		print_table(kernels);
	return 0;
}

static int list_kernels(const char *where, bool json)
{
	struct kernels *kernels = recoat_calloc(1, sizeof(*kernels));
	struct recoat_error error;
	int result = recoat_runtime_catalogues(&kernels->catalogue, take_file, kernels, &error);

	if (!result)
		result = print(kernels, where, json, &error);
	for (uint32_t i = 0; i < kernels->files; i++)
		free(kernels->file[i]);
	free(kernels);
	return result ? recoat_fail(RECOAT_EXIT_FAILURE, &error) : recoat_finish();
}

static int run(const struct recoat_command *command, int argc, char **argv)
{
	static const struct option known[] = {{"in", required_argument, NULL, 'i'},
					      {"json", no_argument, NULL, 'j'},
					      {"help", no_argument, NULL, 'h'},
					      {0}};
	const char *where = NULL;
	bool json = false;
	int found;

	opterr = 0;
	while ((found = getopt_long(argc, argv, ":h", known, NULL)) != -1) {
		if (found == 'h')
			return recoat_print_help(command);
		if (found == 'i')
			where = optarg;
		else if (found == 'j')
			json = true;
		else
			return recoat_option_error(command, found, argv);
	}
	if (argc - optind != 1)
		return recoat_usage_error(
			command, "found %d words, expected one: kernels or plugins", argc - optind);
	if (!strcmp(argv[optind], "plugins"))
		return recoat_list_plugins(json);
	if (strcmp(argv[optind], "kernels") != 0)
		return recoat_usage_error(command, "found \"%s\", expected kernels or plugins",
					  argv[optind]);
	return list_kernels(where, json);
}

const struct recoat_command recoat_command_list = {
	.name = "list",
	.summary = "list the kernels that can be caught, or plugins",
	.help = help,
	.run = run,
};
