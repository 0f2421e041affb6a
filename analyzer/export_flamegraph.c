/* SPDX-License-Identifier: Apache-2.0 */
/* A flame graph as SVG: one file, with nothing from elsewhere. */
#include "analyzer/export.h"

#include <inttypes.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "analyzer/format.h"
#include "analyzer/memory.h"
#include "analyzer/profile.h"

#define WIDTH 1200.0
#define ROW 18
#define TOP 56 /* Above the root: title and what the pointer is on. */
#define MARGIN 12.0
#define LETTER 6.6       /* Columns of the font, roughly. */
#define NARROWEST 0.2    /* Narrower boxes are not drawn. */
#define CLICKABLE 20000  /* With more boxes than these, there is no script. */

/* Where each node stands. */
struct layout {
	const struct recoat_profile *profile;
	int64_t *total;
	double *x;       /* Left edge, from the first column on. */
	uint32_t *depth;
	double scale;    /* Columns a unit. */
	uint32_t deepest;
	size_t shown;
};

static bool is_shown(const struct layout *layout, uint32_t node)
{
	return (double)layout->total[node] * layout->scale >= NARROWEST;
}

static int by_name(const void *left, const void *right, void *context)
{
	const struct recoat_profile *profile = context;
	const struct recoat_profile_node *a = &profile->node[*(const uint32_t *)left];
	const struct recoat_profile_node *b = &profile->node[*(const uint32_t *)right];

	if (a->parent != b->parent)
		return a->parent < b->parent ? -1 : 1;
	return strcmp(profile->frame[a->frame].function, profile->frame[b->frame].function);
}

/*
 * Nodes by parent, then by name, stand beside each other. A parent has a smaller number than its
 * children, so it has its place when they are placed.
 */
static void place(struct layout *layout)
{
	const struct recoat_profile *profile = layout->profile;
	uint32_t *sorted = recoat_calloc(profile->nodes, sizeof(*sorted));
	double *used = recoat_calloc(profile->nodes, sizeof(*used));

	for (uint32_t i = 0; i < profile->nodes; i++)
		sorted[i] = i;
	qsort_r(sorted + 1, profile->nodes - 1, sizeof(*sorted), by_name, (void *)profile);
	for (size_t i = 1; i < profile->nodes; i++) {
		uint32_t node = sorted[i], parent = profile->node[node].parent;

		layout->depth[node] = layout->depth[parent] + 1;
		layout->x[node] = layout->x[parent] + used[parent];
		if (layout->total[node] > 0)
			used[parent] += (double)layout->total[node];
		if (!is_shown(layout, node))
			continue;
		layout->shown++;
		if (layout->depth[node] > layout->deepest)
			layout->deepest = layout->depth[node];
	}
	free(sorted);
	free(used);
}

static void put_escaped(FILE *file, const char *text)
{
	for (; *text; text++) {
		if (*text == '<')
			fputs("&lt;", file);
		else if (*text == '>')
			fputs("&gt;", file);
		else if (*text == '&')
			fputs("&amp;", file);
		else if (*text == '"')
			fputs("&quot;", file);
		else
			putc((unsigned char)*text < ' ' ? '?' : *text, file);
	}
}

/* A calm hue of its own for each file of code; kernels are darker. */
static void put_colour(FILE *file, const struct recoat_profile_frame *frame)
{
	unsigned hash = 5381;

	for (const char *at = frame->module; *at; at++)
		hash = hash * 33 + (unsigned char)*at;
	if (*frame->function == '<')
		fputs("hsl(205,45%,62%)", file);
	else
		fprintf(file, "hsl(%u,%u%%,%u%%)", 12 + hash % 40, 55 + hash / 64 % 15,
			74 + hash / 1024 % 8);
}

static struct recoat_number readable(const struct recoat_profile_column *column, int64_t value)
{
	if (!strcmp(column->unit, "nanoseconds"))
		return recoat_format_time((uint64_t)value);
	if (!strcmp(column->unit, "bytes"))
		return recoat_format_bytes(value);
	return recoat_format_count((uint64_t)value);
}

static void put_box(const struct layout *layout, uint32_t node, FILE *file)
{
	const struct recoat_profile *profile = layout->profile;
	const struct recoat_profile_column *column = &profile->kind->column[profile->chosen];
	const struct recoat_profile_frame *frame = &profile->frame[profile->node[node].frame];
	double x = MARGIN + layout->x[node] * layout->scale;
	double width = (double)layout->total[node] * layout->scale;
	uint32_t y = TOP + layout->depth[node] * ROW;

	fprintf(file, "<g data-v=\"%" PRId64 "\"><title>", layout->total[node]);
	put_escaped(file, frame->function);
	fprintf(file, ": %s, %" PRId64 " %s, %s</title><rect x=\"%.2f\" y=\"%" PRIu32
		      "\" width=\"%.2f\" height=\"%d\" rx=\"2\" fill=\"",
		readable(column, layout->total[node]).text, layout->total[node], column->unit,
		recoat_format_share((double)layout->total[node], (double)layout->total[0]).text, x,
		y, width, ROW - 1);
	put_colour(file, frame);
	fprintf(file, "\"/><text x=\"%.2f\" y=\"%" PRIu32 "\">", x + 3, y + ROW - 5);
	if (strlen(frame->function) * LETTER + 6 <= width)
		put_escaped(file, frame->function);
	else if (width > 4 * LETTER)
		fputs("..", file);
	fputs("</text></g>\n", file);
}

static const char script[] =
	"<script><![CDATA[\n"
	"(function () {\n"
	"  var svg = document.documentElement, boxes = [].slice.call(svg.querySelectorAll('g'));\n"
	"  var about = svg.querySelector('#about'), width = 1200, letter = 6.6;\n"
	"  boxes.forEach(function (g) {\n"
	"    var r = g.querySelector('rect');\n"
	"    g.box = {x: +r.getAttribute('x'), y: +r.getAttribute('y'),\n"
	"             w: +r.getAttribute('width'), name: g.firstChild.textContent};\n"
	"    g.addEventListener('click', function () { zoom(g.box); });\n"
	"    g.addEventListener('mouseover', function () { about.textContent = g.box.name; });\n"
	"  });\n"
	"  function zoom(to) {\n"
	"    boxes.forEach(function (g) {\n"
	"      var b = g.box, above = b.y < to.y && b.x <= to.x + .02 && b.x + b.w >= to.x + to.w - .02;\n"
	"      var inside = b.y >= to.y && b.x >= to.x - .02 && b.x + b.w <= to.x + to.w + .02;\n"
	"      var x = above ? 12 : 12 + (b.x - to.x) * width / to.w;\n"
	"      var w = above ? width : b.w * width / to.w, t = g.querySelector('text');\n"
	"      var label = b.name.slice(0, b.name.lastIndexOf(': '));\n"
	"      g.style.display = above || inside ? '' : 'none';\n"
	"      g.style.opacity = above ? .6 : 1;\n"
	"      g.querySelector('rect').setAttribute('x', x);\n"
	"      g.querySelector('rect').setAttribute('width', w);\n"
	"      t.setAttribute('x', x + 3);\n"
	"      var room = Math.floor((w - 6) / letter);\n"
	"      t.textContent = room < 3 ? '' : label.length <= room ? label\n"
	"        : label.slice(0, room - 2) + '..';\n"
	"    });\n"
	"  }\n"
	"  svg.addEventListener('keydown', function (e) {\n"
	"    if (e.key === 'Escape') zoom(boxes[0].box);\n"
	"  });\n"
	"  zoom(boxes[0].box);\n"
	"})();\n"
	"]]></script>\n";

static void put_head(const struct layout *layout, FILE *file)
{
	const struct recoat_profile *profile = layout->profile;
	const struct recoat_profile_column *column = &profile->kind->column[profile->chosen];
	uint32_t height = TOP + (layout->deepest + 1) * ROW + 14;
	double width = WIDTH + 2 * MARGIN;

	fprintf(file,
		"<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
		"<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 %.0f %" PRIu32
		"\" width=\"%.0f\" height=\"%" PRIu32 "\">\n"
		"<style>text{font:11px ui-monospace,monospace;fill:#222;pointer-events:none}"
		"#title{font:600 15px system-ui,sans-serif}#about{fill:#555}"
		"g{cursor:pointer}g:hover rect{stroke:#222;stroke-width:.8}</style>\n"
		"<rect width=\"100%%\" height=\"100%%\" fill=\"#fbfaf8\"/>\n"
		"<text id=\"title\" x=\"%.0f\" y=\"24\">",
		width, height, width, height, MARGIN);
	put_escaped(file, profile->frame[0].function);
	fprintf(file, ": %s, %s</text>\n<text id=\"about\" x=\"%.0f\" y=\"44\">%zu call paths%s"
		      "</text>\n",
		column->title, readable(column, layout->total[0]).text, MARGIN, profile->nodes - 1,
		layout->shown <= CLICKABLE ? "; click to zoom, Escape to go back" : "");
}

int recoat_export_flamegraph(struct recoat_export *from, FILE *file, struct recoat_error *error)
{
	const struct recoat_profile *profile = from->profile;
	struct layout layout = {
		.profile = profile,
		.total = recoat_profile_totals(profile, profile->chosen),
		.x = recoat_calloc(profile->nodes, sizeof(double)),
		.depth = recoat_calloc(profile->nodes, sizeof(uint32_t)),
		.shown = 1,
	};

	(void)error;
	layout.scale = layout.total[0] > 0 ? WIDTH / (double)layout.total[0] : 0;
	place(&layout);
	put_head(&layout, file);
	for (uint32_t i = 0; i < profile->nodes; i++) {
		from->left_out += profile->node[i].self[profile->chosen] < 0;
		if (!i || is_shown(&layout, i))
			put_box(&layout, i, file);
	}
	if (layout.shown <= CLICKABLE)
		fputs(script, file);
	fputs("</svg>\n", file);
	free(layout.total);
	free(layout.x);
	free(layout.depth);
	return 0;
}
