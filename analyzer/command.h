/* SPDX-License-Identifier: Apache-2.0 */
/* Commands of the program: one table entry and one file each. */
#ifndef RECOAT_COMMAND_H
#define RECOAT_COMMAND_H

struct recoat_error;

/* Exit statuses. `record` otherwise passes on that of the command it ran. */
enum {
	RECOAT_EXIT_FAILURE = 1,      /* Bad input, of which one line on stderr tells. */
	RECOAT_EXIT_USAGE = 2,        /* An unknown command, option or value. */
	RECOAT_EXIT_LIMIT = 3,        /* compare: slower or larger than allowed. */
	RECOAT_EXIT_UNDECIDED = 4,    /* compare: too few samples to judge a limit by. */
	RECOAT_EXIT_REFUSED = 125,    /* record: the command was not started. */
	RECOAT_EXIT_CANNOT_RUN = 126, /* record: found, but it is no program to run. */
	RECOAT_EXIT_NOT_FOUND = 127,  /* record: there is no such program. */
};

struct recoat_command {
	const char *name;
	const char *summary; /* One line, for the list of commands. */
	const char *help;    /* The whole text that `recoat help NAME` prints. */
	/* argv[0] is the command's name. Returns the exit status. */
	int (*run)(const struct recoat_command *command, int argc, char **argv);
};

extern const struct recoat_command recoat_command_record;
extern const struct recoat_command recoat_command_report;
extern const struct recoat_command recoat_command_list;
extern const struct recoat_command recoat_command_dump;
extern const struct recoat_command recoat_command_swap;
extern const struct recoat_command recoat_command_compare;
extern const struct recoat_command recoat_command_bench;
extern const struct recoat_command recoat_command_export;
extern const struct recoat_command recoat_command_pack;

/* Print "recoat COMMAND: MESSAGE; see `recoat help COMMAND`"; returns RECOAT_EXIT_USAGE. */
int recoat_usage_error(const struct recoat_command *command, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

/* Say what getopt_long() stumbled over at argv[optind - 1]; opterr must be 0. */
int recoat_option_error(const struct recoat_command *command, int found, char **argv);

/*
 * The recording that is named at argv[optind], or the newest here, for the caller to free.
 * 0, or the exit status after a message.
 */
int recoat_take_recording(const struct recoat_command *command, int argc, char **argv, char **path);

/* Print "recoat: ERROR"; returns `status`. */
int recoat_fail(int status, const struct recoat_error *error);

/* Close stdout; 0, or a failure with a message if what was printed could not be written. */
int recoat_finish(void);

/* Print the command's help on stdout; returns 0. */
int recoat_print_help(const struct recoat_command *command);

#endif
