/* SPDX-License-Identifier: Apache-2.0 */
/* Quality of a fused grid: pairs gathered leaf by leaf, sums in the original's order. */
#include "plugins/parallel/openvdb10/quality.h"
#include "plugins/parallel/openvdb10/leaves.h"
#include "plugins/parallel/openvdb10/settings.h"

#include <algorithm>
#include <cmath>

Assess *assess_next;

#define SMALLEST 1e-10f
#define STEPS 10.0 /* Of about a nanosecond, a voxel and source. */
/* The original takes so many times as long: it goes down a tree for each of them. */
#define ORIGINALLY 5.0

/* Values of the fused grid and of a source where both are active and valid. */
struct Pairs {
	std::vector<float> fused, source;

	size_t size() const
	{
		return fused.size();
	}
};

static bool valid(float value)
{
	return std::isfinite(value) && std::fabs(value) > SMALLEST;
}

static void gather_leaf(const Leaf &fused, const Leaf &source, Pairs &pairs)
{
	for (int word = 0; word < LEAF_WORDS; word++)
		for (uint64_t both = mask_of(fused)[word] & mask_of(source)[word]; both;
		     both &= both - 1) {
			const int at = 64 * word + __builtin_ctzll(both);
			const float x = fused.buffer().data()[at], y = source.buffer().data()[at];

			if (valid(x) && valid(y)) {
				pairs.fused.push_back(x);
				pairs.source.push_back(y);
			}
		}
}

static Pairs gather(const Grid &fused, const Grid &source)
{
	Pairs pairs;

	for (auto leaf = fused.tree().cbeginLeaf(); leaf; ++leaf)
		if (const Leaf *other = source.tree().probeConstLeaf(leaf->origin()))
			gather_leaf(*leaf, *other, pairs);
	return pairs;
}

/*
 * The compiler turns the original's sums of products into vectors of 8 products, which are added
 * one after the other, and rounds once what is left over.
 */
#define TOGETHER 8

struct Sum {
	size_t together;
	float sum = 0.0f;

	explicit Sum(size_t count) : together(count / TOGETHER * TOGETHER)
	{
	}

	void add(size_t n, float a, float b)
	{
		sum = n < together ? sum + a * b : std::fma(a, b, sum);
	}
};

static float mean(const std::vector<float> &values)
{
	float sum = 0.0f;

	for (float value : values)
		sum += value;
	return sum / static_cast<float>(values.size());
}

static float largest(const std::vector<float> &values)
{
	return *std::max_element(values.begin(), values.end());
}

/* abs(Pearson's r) */
static float accuracy(const Pairs &pairs)
{
	if (pairs.size() < 2)
		return 1.0f;
	const float x_mean = mean(pairs.fused), y_mean = mean(pairs.source);
	Sum xy(pairs.size()), xx(pairs.size()), yy(pairs.size());

	for (size_t n = 0; n < pairs.size(); n++) {
		const float x = pairs.fused[n] - x_mean, y = pairs.source[n] - y_mean;

		xy.add(n, x, y);
		xx.add(n, x, x);
		yy.add(n, y, y);
	}
	const float scale = std::sqrt(xx.sum * yy.sum);
	/* Of 1 and NaN in this order the lesser is 1. */
	return scale < SMALLEST ? 0.0f : std::min(1.0f, std::fabs(xy.sum / scale));
}

/* By the root of the mean square of differences, values in units of their largest. */
static float consistency(const Pairs &pairs)
{
	if (pairs.size() < 2)
		return 1.0f;
	const float x_most = largest(pairs.fused), y_most = largest(pairs.source);
	Sum squares(pairs.size());

	if (x_most <= 0.0f || y_most <= 0.0f)
		return 0.0f;
	for (size_t n = 0; n < pairs.size(); n++) {
		const float away = pairs.fused[n] / x_most - pairs.source[n] / y_most;

		squares.add(n, away, away);
	}
	return std::max(0.0f, 1.0f - std::sqrt(squares.sum / static_cast<float>(pairs.size())));
}

/* A source's part. */
struct Part {
	const std::string *name;
	const Grid *grid;
	float weight; /* Of its residuals. */
	Pairs pairs;
	float accuracy, consistency;
};

static void assess_part(const Grid &fused, Part &part)
{
	part.pairs = gather(fused, *part.grid);
	if (part.pairs.size()) {
		part.accuracy = accuracy(part.pairs);
		part.consistency = consistency(part.pairs);
	}
}

static std::vector<float> residuals_of(const std::vector<Part> &parts)
{
	std::vector<float> residuals;

	for (const Part &part : parts)
		for (size_t n = 0; n < part.pairs.size(); n++)
			residuals.push_back(part.weight * std::fabs(part.pairs.fused[n] -
								    part.pairs.source[n]));
	return residuals;
}

static void summarise(const std::vector<float> &residuals, QualityResult &result)
{
	result.has_residuals = !residuals.empty();
	if (residuals.empty())
		return;
	const float middle = mean(residuals);
	Sum squares(residuals.size());

	for (size_t n = 0; n < residuals.size(); n++)
		squares.add(n, residuals[n] - middle, residuals[n] - middle);
	result.residuals = {middle, largest(residuals),
			    std::sqrt(squares.sum / static_cast<float>(residuals.size()))};
}

static float coverage(const Grid &fused)
{
	const openvdb::CoordBBox box = fused.evalActiveVoxelBoundingBox();

	return box.empty() ? 0.0f
			   : static_cast<float>(fused.activeVoxelCount()) /
				     static_cast<float>(box.volume());
}

/* Sources that are not there count as of accuracy 0, and in no other figure. */
static void rate(const Grid &fused, const std::vector<Part> &parts, QualityResult &result)
{
	float accuracies = 0.0f, consistencies = 0.0f, covered = coverage(fused);

	for (const auto &[name, accuracy] : result.accuracies)
		accuracies += accuracy;
	for (const Part &part : parts)
		consistencies += part.consistency;
	if (!result.accuracies.empty())
		accuracies /= static_cast<float>(result.accuracies.size());
	if (!parts.empty())
		consistencies /= static_cast<float>(parts.size());
	result.figures = {accuracies, consistencies, covered,
			  std::fma(0.3f, covered, 0.4f * accuracies + 0.3f * consistencies),
			  covered};
}

static std::vector<Part> parts_of(const NamedGrids &sources, const Weights &weights)
{
	std::vector<Part> parts;

	for (const auto &[name, grid] : sources) {
		const auto weight = weights.find(name);

		if (grid)
			parts.push_back({&name, grid.get(),
					 weight == weights.end() ? 1.0f : weight->second,
					 {},
					 0.0f,
					 0.0f});
	}
	return parts;
}

static bool servable(const GridPtr &fused, const NamedGrids &sources, const Weights &weights)
{
	return leaves_only({fused}) &&
	       std::all_of(
		       sources.begin(), sources.end(),
		       [](const auto &source) { return !source.second || leaves_only({source.second}); }) &&
	       std::all_of(weights.begin(), weights.end(),
			   [](const auto &weight) { return std::isfinite(weight.second); });
}

static QualityResult assess_all(const Grid &fused, const NamedGrids &sources,
				const Weights &weights, double steps)
{
	std::vector<Part> parts = parts_of(sources, weights);
	QualityResult result = {};

	for (const auto &source : sources)
		result.accuracies[source.first] = 0.0f;
	for_numbers(parts.size(), steps, [&](size_t n) { assess_part(fused, parts[n]); });
	for (const Part &part : parts)
		result.accuracies[*part.name] = part.accuracy;
	summarise(residuals_of(parts), result);
	rate(fused, parts, result);
	return result;
}

QualityResult assess(void *assessor, const GridPtr &fused, const NamedGrids &sources,
		     const Weights &weights)
{
	const double leaves = fused ? fused->tree().leafCount() : 0;
	const double steps = STEPS * LEAF_VOXELS * leaves * sources.size();
	QualityResult result;

	if (served(ORIGINALLY * steps, [&] {
		    if (!servable(fused, sources, weights))
			    return false;
		    result = assess_all(*fused, sources, weights, steps);
		    return true;
	    }))
		return result;
	return assess_next(assessor, fused, sources, weights);
}
