/* SPDX-License-Identifier: Apache-2.0 */
/* Quality of a fused grid. */
#ifndef OPENVDB10_QUALITY_H
#define OPENVDB10_QUALITY_H

#include "plugins/parallel/openvdb10/layouts.h"

using Weights = std::map<std::string, float>;
using Assess = QualityResult(void *assessor, const GridPtr &fused, const NamedGrids &sources,
			     const Weights &weights);

/* With what follows it, which the host stores. */
extern Assess assess, *assess_next;

#endif
