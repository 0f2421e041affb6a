/* SPDX-License-Identifier: Apache-2.0 */
/* The program recoat: finds the command and runs it. */
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "analyzer/command.h"

static const struct recoat_command *const commands[] = {
	&recoat_command_record,
	&recoat_command_report,
	&recoat_command_list,
	&recoat_command_dump,
	&recoat_command_swap,
	&recoat_command_compare,
	&recoat_command_bench,
	&recoat_command_export,
	&recoat_command_pack,
};

#define COMMANDS (sizeof(commands) / sizeof(*commands))

static const struct recoat_command *find(const char *name)
{
	for (size_t i = 0; i < COMMANDS; i++)
		if (!strcmp(commands[i]->name, name))
			return commands[i];
	return NULL;
}

static void print_usage(FILE *file)
{
	fprintf(file, "Usage: recoat COMMAND [OPTION]... [ARGUMENT]...\n"
		      "Profile unmodified programs, time and memory.\n\n");
	for (size_t i = 0; i < COMMANDS; i++)
		fprintf(file, "  %-10s %s\n", commands[i]->name, commands[i]->summary);
	fprintf(file, "  %-10s %s\n\n", "help", "tell all about a command: recoat help COMMAND");
	fprintf(file, "  recoat record -- python3 program.py\n"
		      "  recoat report\n");
}

static int unknown(const char *what, const char *name)
{
	fprintf(stderr, "recoat: unknown %s %s; see `recoat --help`\n", what, name);
	return RECOAT_EXIT_USAGE;
}

static int help(const char *name)
{
	const struct recoat_command *command = name ? find(name) : NULL;

	if (command)
		return recoat_print_help(command);
	if (name)
		return unknown("command", name);
	print_usage(stdout);
	return recoat_finish();
}

int main(int argc, char **argv)
{
	const char *name = argc > 1 ? argv[1] : NULL;
	const struct recoat_command *command;

	if (!name) {
		fprintf(stderr, "recoat: no command given; see `recoat --help`\n");
		return RECOAT_EXIT_USAGE;
	}
	if (!strcmp(name, "--help") || !strcmp(name, "-h"))
		return help(NULL);
	if (!strcmp(name, "--version") || !strcmp(name, "-V")) {
		printf("recoat %s\n", RECOAT_VERSION);
		return recoat_finish();
	}
	if (!strcmp(name, "help"))
		return help(argc > 2 ? argv[2] : NULL);
	if (*name == '-')
		return unknown("option", name);
	command = find(name);
	return command ? command->run(command, argc - 1, argv + 1) : unknown("command", name);
}
