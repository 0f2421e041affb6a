/* SPDX-License-Identifier: Apache-2.0 */
/* The page's tables: kernels, functions, allocation sites, mappings. */
#include "analyzer/report_html.h"

#include <stdlib.h>

#include "analyzer/functions.h"
#include "analyzer/memory.h"
#include "analyzer/model.h"
#include "analyzer/report_json.h"

#define KERNELS_MAX 200
#define FUNCTIONS_MAX 400
#define SITES_MAX 400
#define MAPPINGS_MAX 80 /* Of a kind. */

/* How many of `count` rows are shown. */
static size_t limit(struct recoat_page *page, size_t count, size_t most, const char *what)
{
	if (count <= most)
		return count;
	recoat_page_leave_out(page, "%zu of %zu %s, the smallest", count - most, count, what);
	return most;
}

/* Kernels keep their numbers, which spans refer to; the catalogue that was seen last is cut. */
static void put_kernels(struct recoat_page *page)
{
	const struct recoat_model *model = page->report->model;
	size_t shown = model->kernels < KERNELS_MAX ? model->kernels : KERNELS_MAX;

	if (shown < model->kernels)
		recoat_page_leave_out(page, "%zu of %zu kernels, those seen last",
				      model->kernels - shown, model->kernels);
	begin_list(page->file, "kernels");
	for (size_t i = 0; i < shown; i++) {
		json_t *object = recoat_report_json_kernel(&model->kernel[i]);

		recoat_page_cut_texts(object);
		put_element(page->file, i, object);
	}
	end_list(page->file);
}

static void put_functions(struct recoat_page *page)
{
	const struct recoat_report *report = page->report;
	struct recoat_functions functions;
	size_t shown;

	recoat_functions_create(&functions, report->model, report->symbols, RECOAT_BY_TOTAL);
	shown = limit(page, functions.count, FUNCTIONS_MAX, "functions");
	begin_list(page->file, "functions");
	for (size_t i = 0; i < shown; i++) {
		const struct recoat_function *function = &functions.at[i];
		json_t *object = json_object();

		set(object, "function", text(function->name));
		set(object, "module", text(function->module));
		set(object, "self_samples", number(function->self.samples));
		set(object, "self_ns", number(function->self.time));
		set(object, "total_ns", number(function->total.time));
		recoat_page_cut_texts(object);
		put_element(page->file, i, object);
	}
	end_list(page->file);
	recoat_functions_destroy(&functions);
}

static json_t *site_json(const struct recoat_report *report, const struct recoat_site *site)
{
	char *callers = recoat_site_callers(report, site);
	json_t *object = json_object();

	set_call(object, &site->call);
	set(object, "module", text_or_null(site->module));
	set(object, "callers", text(callers));
	set_heap(object, &site->heap);
	if (site->lifetimes)
		recoat_report_json_lifetimes(object, site->lifetimes);
	recoat_page_cut_texts(object);
	free(callers);
	return object;
}

static void put_sites(struct recoat_page *page)
{
	const struct recoat_report *report = page->report;
	struct recoat_sites sites;
	size_t shown;

	recoat_sites_create(&sites, report->model, report->symbols, report->order);
	shown = limit(page, sites.count, SITES_MAX, "allocation sites");
	begin_list(page->file, "allocation_sites");
	for (size_t i = 0; i < shown; i++)
		put_element(page->file, i, site_json(report, &sites.at[i]));
	end_list(page->file);
	recoat_sites_destroy(&sites);
}

/* The elements of one kind; returns the index of the next one. */
static size_t put_mappings_of(struct recoat_page *page, uint32_t kind, size_t index)
{
	const struct recoat_report *report = page->report;
	struct recoat_sites sites;
	size_t shown;

	recoat_sites_create_mappings(&sites, report->model, report->symbols, kind);
	shown = limit(page, sites.count, MAPPINGS_MAX, "sites of mappings of a kind");
	for (size_t i = 0; i < shown; i++) {
		json_t *object = recoat_report_json_mapping(&sites.at[i], kind);
		char *callers = recoat_site_callers(report, &sites.at[i]);

		set(object, "callers", text(callers));
		recoat_page_cut_texts(object);
		free(callers);
		put_element(page->file, index++, object);
	}
	recoat_sites_destroy(&sites);
	return index;
}

static void put_mappings(struct recoat_page *page)
{
	size_t index = 0;

	begin_list(page->file, "mappings");
	for (uint32_t kind = 0; kind < RECOAT_MAPPING_KINDS; kind++)
		index = put_mappings_of(page, kind, index);
	end_list(page->file);
}

void recoat_page_put_tables(struct recoat_page *page)
{
	put_kernels(page);
	put_functions(page);
	put_sites(page);
	put_mappings(page);
}
