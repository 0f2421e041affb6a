/* SPDX-License-Identifier: Apache-2.0 */
/* Opening plugins in a child process. */
#include "analyzer/plugin_probe.h"

#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <glob.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "analyzer/error.h"
#include "analyzer/memory.h"
#include "plugins/check/check.h"
#include "plugins/check/list.h"
#include "plugins/check/object.h"
#include "plugins/check/options.h"

char *recoat_plugins_path(void)
{
	const char *own = getenv("RECOAT_PLUGIN_PATH");

	return own && *own ? recoat_asprintf("%s:" RECOAT_PKGLIBDIR "/plugins", own)
			   : recoat_strdup(RECOAT_PKGLIBDIR "/plugins");
}

/* ---- In the child: a host that does nothing. ---- */

struct recoat_plugin_counter {
	int64_t unused;
};

static void ignore_log(const struct recoat_plugin_host *host, const char *line)
{
	(void)host, (void)line;
}

static struct recoat_plugin_counter *one_counter(const struct recoat_plugin_host *host,
						 const char *name)
{
	static struct recoat_plugin_counter counter;

	(void)host, (void)name;
	return &counter;
}

static void ignore_count(struct recoat_plugin_counter *counter, int64_t change)
{
	(void)counter, (void)change;
}

static void ignore_memory(const struct recoat_plugin_host *host, int64_t change)
{
	(void)host, (void)change;
}

static const struct recoat_plugin_kernel *no_kernel(const struct recoat_plugin_host *host,
						    uint32_t swap)
{
	(void)host, (void)swap;
	return NULL;
}

static void ignore_mismatch(const struct recoat_plugin_host *host,
			    const struct recoat_plugin_mismatch *mismatch)
{
	(void)host, (void)mismatch;
}

static uint64_t no_call(const struct recoat_plugin_host *host)
{
	(void)host;
	return 0;
}

static void ignore_work(const struct recoat_plugin_host *host, uint64_t call)
{
	(void)host, (void)call;
}

static void ignore_end(const struct recoat_plugin_host *host)
{
	(void)host;
}

static void just_act(const struct recoat_plugin_host *host, void (*act)(void *data), void *data)
{
	(void)host;
	act(data);
}

static const struct recoat_plugin_host idle_host = {
	.struct_size = sizeof idle_host,
	.abi = RECOAT_PLUGIN_ABI,
	.log = ignore_log,
	.counter = one_counter,
	.count = ignore_count,
	.memory = ignore_memory,
	.kernel = no_kernel,
	.mismatch = ignore_mismatch,
	.call = no_call,
	.work_begin = ignore_work,
	.work_end = ignore_end,
	.quietly = just_act,
};

/* ---- In the child: describing. ---- */

static json_t *option_json(const struct recoat_plugin_option *option)
{
	json_t *json =
		json_pack("{s:s, s:s, s:s, s:s}", "name", option->name, "type",
			  recoat_plugin_option_type(option->type), "default",
			  option->standard ? option->standard : "", "summary", option->summary);
	bool limited = option->type >= RECOAT_OPTION_INTEGER &&
		       option->type <= RECOAT_OPTION_REAL && option->minimum < option->maximum;

	json_object_set_new(json, "minimum", limited ? json_real(option->minimum) : json_null());
	json_object_set_new(json, "maximum", limited ? json_real(option->maximum) : json_null());
	json_object_set_new(json, "choices",
			    option->type == RECOAT_OPTION_CHOICE ? json_string(option->choices)
								 : json_null());
	return json;
}

static json_t *describe(const struct recoat_plugin *plugin, const char *file)
{
	json_t *options = json_array(), *kernels = json_array();

	for (uint32_t i = 0; i < plugin->option_count; i++)
		json_array_append_new(options, option_json(&plugin->options[i]));
	for (uint32_t i = 0; i < plugin->swap_count; i++)
		json_array_append_new(kernels,
				      json_pack("{s:s, s:s}", "kernel", plugin->swaps[i].kernel,
						"abi", plugin->swaps[i].abi));
	return json_pack("{s:s, s:s, s:s, s:s, s:i, s:o, s:o}", "name", plugin->name, "version",
			 plugin->version, "summary", plugin->summary, "file", file, "abi_version",
			 (int)plugin->abi, "options", options, "kernels", kernels);
}

/* What init() says against it, or NULL. */
static const char *try_init(const struct recoat_plugin *plugin,
			    const struct recoat_plugin_values *values)
{
	const char *reason = plugin->init ? plugin->init(&idle_host, values->value) : NULL;

	if (!reason && plugin->fini)
		plugin->fini();
	return reason;
}

/*
 * The description, or a string on why there is none. An object for an ABI that this machine has
 * not the libraries for is none to refuse a program without such kernels for.
 */
static json_t *look(const char *file, const char *name, const char *abi, const char *options)
{
	static struct recoat_plugin_values values;
	const struct recoat_plugin *plugin;
	const char *reason = NULL;
	char problem[512];

	if (!recoat_object_check(file, problem, sizeof problem))
		return json_string(problem);
	if (abi && options && !dlopen(file, RTLD_NOW | RTLD_LOCAL))
		return json_object();
	plugin = recoat_plugin_open(file, name, problem, sizeof problem);
	if (plugin && options &&
	    !recoat_plugin_options_parse(&values, plugin, options, abi, problem, sizeof problem))
		plugin = NULL;
	if (plugin && options && !abi)
		reason = try_init(plugin, &values);
	if (!plugin)
		return json_string(problem);
	if (reason)
		return json_sprintf("it cannot serve: %s", reason);
	return describe(plugin, file);
}

static void run_child(int out, const char *file, const char *name, const char *abi,
		      const char *options)
{
	int nothing = open("/dev/null", O_WRONLY);
	json_t *json;

	dup2(nothing, STDOUT_FILENO);
	json = look(file, name, abi, options);
	_exit(json ? json_dumpfd(json, out, JSON_ENCODE_ANY) != 0 : 1);
}

/* ---- In the parent. ---- */

/* How a child ended that said nothing. */
static void explain_end(struct recoat_error *error, const char *file, int status)
{
	if (WIFSIGNALED(status))
		recoat_error_set(error, -EINVAL, "%s: killed by signal %d (%s) when it was opened",
				 file, WTERMSIG(status), strsignal(WTERMSIG(status)));
	else
		recoat_error_set(error, -EINVAL,
				 "%s: it ended the process with status %d when it "
				 "was opened",
				 file, WEXITSTATUS(status));
}

static json_t *take_answer(json_t *answer, int status, const char *file, struct recoat_error *error)
{
	if (json_is_object(answer) && WIFEXITED(status) && !WEXITSTATUS(status))
		return answer;
	if (json_is_string(answer))
		recoat_error_set(error, -EINVAL, "%s: %s", file, json_string_value(answer));
	else
		explain_end(error, file, status);
	json_decref(answer);
	return NULL;
}

json_t *recoat_plugin_probe(const char *file, const char *name, const char *abi,
			    const char *options, struct recoat_error *error)
{
	int ends[2], status = 0;
	json_t *answer;
	pid_t child;

	if (pipe2(ends, O_CLOEXEC) || (child = fork()) < 0) {
		recoat_error_set(error, -errno, "%s: cannot be looked at: %s", file,
				 strerror(errno));
		return NULL;
	}
	if (!child)
		run_child(ends[1], file, name, abi, options);
	close(ends[1]);
	answer = json_loadfd(ends[0], JSON_DECODE_ANY, NULL);
	close(ends[0]);
	while (waitpid(child, &status, 0) < 0 && errno == EINTR)
		;
	return take_answer(answer, status, file, error);
}

/* NAME.so or NAME-ABI.so, where NAME is one that a plugin may have. */
static void take_file(const char *file, recoat_plugin_file *take, void *user)
{
	char *name = recoat_strdup(strrchr(file, '/') + 1);
	char *dash = strchr(name, '-');

	name[strlen(name) - strlen(".so")] = '\0';
	if (dash)
		*dash = '\0';
	if (recoat_plugin_is_name(name, strlen(name)))
		take(user, file, name, dash ? dash + 1 : NULL);
	free(name);
}

void recoat_plugins_each(recoat_plugin_file *take, void *user)
{
	char *path = recoat_plugins_path(), *rest = NULL;

	for (char *directory = strtok_r(path, ":", &rest); directory;
	     directory = strtok_r(NULL, ":", &rest)) {
		char *pattern = recoat_asprintf("%s/*.so", directory);
		glob_t found;

		if (!glob(pattern, 0, NULL, &found)) {
			for (size_t i = 0; i < found.gl_pathc; i++)
				take_file(found.gl_pathv[i], take, user);
			globfree(&found);
		}
		free(pattern);
	}
	free(path);
}

/* ---- Checking a list. ---- */

struct checking {
	const struct recoat_plugin_request *request;
	struct recoat_error *error;
	int result;
};

static void check_abi_object(void *user, const char *file, const char *name, const char *abi)
{
	struct checking *checking = user;
	json_t *json;

	if (!abi || checking->result || strcmp(name, checking->request->name) != 0)
		return;
	json = recoat_plugin_probe(file, name, abi, checking->request->options, checking->error);
	if (!json)
		checking->result = -EINVAL;
	json_decref(json);
}

static int check_plugin(const struct recoat_plugin_request *request, const char *path,
			struct recoat_error *error)
{
	struct checking checking = {.request = request, .error = error};
	char file[PATH_MAX];
	json_t *json;

	if (!recoat_plugin_find(path, request->name, NULL, file))
		return recoat_error_set(error, -EINVAL, "plugin %s: found no %s.so in %s",
					request->name, request->name, path);
	json = recoat_plugin_probe(file, request->name, NULL, request->options, error);
	if (!json)
		checking.result = -EINVAL;
	json_decref(json);
	recoat_plugins_each(check_abi_object, &checking);
	if (checking.result)
		return recoat_error_context(error, checking.result, "plugin %s", request->name);
	return 0;
}

int recoat_plugins_check(const char *list, struct recoat_error *error)
{
	struct recoat_plugin_list *wanted = recoat_calloc(1, sizeof(*wanted));
	char *path = recoat_plugins_path();
	char problem[512];
	int result = 0;

	if (!list)
		list = getenv("RECOAT_PLUGINS");
	if (list && !recoat_plugin_list_parse(wanted, list, problem, sizeof problem))
		result = recoat_error_set(error, -EINVAL, "plugins: %s", problem);
	for (uint32_t i = 0; !result && i < wanted->count; i++)
		result = check_plugin(&wanted->request[i], path, error);
	free(path);
	free(wanted);
	return result;
}
