/* SPDX-License-Identifier: Apache-2.0 */
/* From the recordings that a command line names to what is compared. */
#include "analyzer/compare_inputs.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "analyzer/digest.h"
#include "analyzer/error.h"
#include "analyzer/memory.h"
#include "analyzer/model.h"
#include "analyzer/progress.h"
#include "analyzer/symbols.h"
#include "analyzer/view.h"

static int read_digest(struct recoat_digest *digest, const char *path, struct recoat_error *error)
{
	struct recoat_model *model;
	int result = recoat_model_create(&model, path, recoat_progress_show, error);

	recoat_progress_end();
	if (result)
		return result;
	recoat_digest_create(digest, path, model);
	recoat_model_destroy(model);
	return 0;
}

void recoat_digests_destroy(struct recoat_digest *digest, size_t count)
{
	for (size_t i = 0; i < count; i++)
		recoat_digest_destroy(&digest[i]);
	free(digest);
}

struct recoat_digest *recoat_digests_read(char *const *path, size_t count, bool calls,
					  struct recoat_error *error)
{
	struct recoat_digest *digest = recoat_calloc(count, sizeof(*digest));

	for (size_t i = 0; i < count; i++) {
		int result = read_digest(&digest[i], path[i], error);

		if (!result && calls)
			result = recoat_digest_read_calls(&digest[i], error);
		if (result) {
			recoat_digests_destroy(digest, i + 1);
			return NULL;
		}
	}
	return digest;
}

/* Each kind of view has its inclusive value in this column. */
#define INCLUSIVE 0

static void add_tree(struct recoat_difference *difference, struct recoat_model *model,
		     struct recoat_symbols *symbols, enum recoat_tree tree, unsigned side,
		     double weight)
{
	struct recoat_view view;

	if (tree == RECOAT_TREE_TIME)
		recoat_view_time(&view, model, symbols);
	else if (tree == RECOAT_TREE_CPU)
		recoat_view_cpu(&view, model, symbols);
	else
		recoat_view_memory(&view, model, symbols, RECOAT_BY_BYTES);
	recoat_difference_add(difference, &view, INCLUSIVE, side, weight);
	recoat_view_destroy(&view);
}

static int add_trees(struct recoat_difference *const to[RECOAT_TREES], const char *path,
		     unsigned side, double weight, struct recoat_error *error)
{
	struct recoat_symbols *symbols;
	struct recoat_model *model;
	int result = recoat_model_create(&model, path, recoat_progress_show, error);

	recoat_progress_end();
	if (result)
		return result;
	symbols = recoat_symbols_create(&model->strings);
	for (unsigned tree = 0; tree < RECOAT_TREES; tree++)
		if (to[tree])
			add_tree(to[tree], model, symbols, tree, side, weight);
	recoat_symbols_destroy(symbols);
	recoat_model_destroy(model);
	return 0;
}

int recoat_differences_read(struct recoat_difference *const to[RECOAT_TREES], char *const *path,
			    size_t count, unsigned side, struct recoat_error *error)
{
	int result = 0;

	for (size_t i = 0; !result && i < count; i++)
		result = add_trees(to, path[i], side, 1.0 / (double)count, error);
	return result;
}

int recoat_set_read(const char *text, struct recoat_set *set, struct recoat_error *error)
{
	const char *equals = strchr(text, '=');
	char *list, *rest, *path;

	if (!equals || equals == text || !equals[1] || equals[1] == ',' || strstr(equals, ",,") ||
	    text[strlen(text) - 1] == ',')
		return recoat_error_set(error, -EINVAL,
					"--methods: found \"%s\", expected NAME=DIR,DIR...", text);
	set->name = recoat_asprintf("%.*s", (int)(equals - text), text);
	list = rest = recoat_strdup(equals + 1);
	while ((path = strsep(&rest, ","))) {
		set->path = recoat_grow(set->path, set->paths, &set->room, sizeof(*set->path));
		set->path[set->paths++] = recoat_strdup(path);
	}
	free(list);
	set->digest = recoat_digests_read(set->path, set->paths, false, error);
	return set->digest ? 0 : -EINVAL;
}

void recoat_set_fini(struct recoat_set *set)
{
	if (set->digest)
		recoat_digests_destroy(set->digest, set->paths);
	for (size_t i = 0; i < set->paths; i++)
		free(set->path[i]);
	free(set->path);
	free(set->name);
}
