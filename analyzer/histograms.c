/* SPDX-License-Identifier: Apache-2.0 */
/* Histograms, one a kernel. */
#include "analyzer/histograms.h"

#include <stdlib.h>
#include <string.h>

#include "analyzer/memory.h"

struct recoat_histogram *recoat_histograms_of(struct recoat_histograms *histograms,
					      uint32_t kernel)
{
	size_t kernels = histograms->kernels;

	if (kernel >= kernels) {
		struct recoat_histogram *grown = recoat_calloc(2 * (size_t)kernel + 8, sizeof(*grown));

		if (kernels)
			memcpy(grown, histograms->kernel, kernels * sizeof(*grown));
		free(histograms->kernel);
		histograms->kernel = grown;
		histograms->kernels = 2 * (size_t)kernel + 8;
	}
	return &histograms->kernel[kernel];
}

void recoat_histograms_fini(struct recoat_histograms *histograms)
{
	free(histograms->kernel);
	*histograms = (struct recoat_histograms){0};
}
