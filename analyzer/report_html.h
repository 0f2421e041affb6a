/* SPDX-License-Identifier: Apache-2.0 */
/* Pieces of the page's data. Private to the files report_html*.c. */
#ifndef RECOAT_REPORT_HTML_H
#define RECOAT_REPORT_HTML_H

#include "analyzer/page_file.h"
#include "analyzer/report.h"

#define RECOAT_PAGE_PROCESSES 128 /* That are shown. */

/* Each of these writes members of the object, with a comma before each. */
void recoat_page_put_processes(struct recoat_page *page);
void recoat_page_put_tables(struct recoat_page *page);
void recoat_page_put_trees(struct recoat_page *page);
void recoat_page_put_threads(struct recoat_page *page);
void recoat_page_put_plugins(struct recoat_page *page);

/* After recoat_page_put_trees(): what the memory tree's nodes held at some moments. */
void recoat_page_put_snapshots(struct recoat_page *page);

#endif
