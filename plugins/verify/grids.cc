// SPDX-License-Identifier: Apache-2.0
// Comparing OpenVDB's grids.
#include "plugins/verify/grids.h"

#include <cmath>
#include <cstdio>

using openvdb::Coord;

namespace
{
constexpr struct tolerance exactly = {0, 0};

struct comparison {
	struct difference &to;
	const char *what;
	const struct tolerance &within;

	void number(const char *kind, const Coord &at, double found, double expected,
		    const struct tolerance &tolerance)
	{
		if (compare_value(&to, found, expected, &tolerance))
			snprintf(to.first, sizeof(to.first),
				 "%s: %s at (%d, %d, %d) is %.9g, expected %.9g", what, kind,
				 at.x(), at.y(), at.z(), found, expected);
	}

	void value(const Coord &at, float found, float expected)
	{
		number("value", at, found, expected, within);
	}

	void value(const Coord &at, const openvdb::Vec3f &found, const openvdb::Vec3f &expected)
	{
		for (int i = 0; i < 3; i++)
			number("value", at, found[i], expected[i], within);
	}

	void state(const Coord &at, bool found, bool expected)
	{
		number("active state", at, found, expected, exactly);
	}
};

// No entry in the tree's registry: it is read by this thread, and only meanwhile.
template <typename Tree> using reader = openvdb::tree::ValueAccessor<const Tree, false>;

// Nodes that only one of the two has. Where the other has a node as deep, its values lie as deep or
// deeper; the depth is -1 where the tree has nothing at all.
template <typename Tree>
void compare_nodes(comparison &with, const Tree &found, const Tree &expected)
{
	reader<Tree> in_found(found), in_expected(expected);

	for (auto node = expected.cbeginNode(); node; ++node)
		with.number("node", node.getCoord(),
			    in_found.getValueDepth(node.getCoord()) >= (int)node.getDepth() ||
				    !node.getDepth(),
			    1, exactly);
	for (auto node = found.cbeginNode(); node; ++node)
		with.number("node", node.getCoord(), 1,
			    in_expected.getValueDepth(node.getCoord()) >= (int)node.getDepth() ||
				    !node.getDepth(),
			    exactly);
}

// Tiles of the root that only `found` has; all others lie in nodes.
template <typename Tree>
void compare_root_tiles(comparison &with, const Tree &found, const Tree &expected)
{
	reader<Tree> there(expected);

	for (auto tile = found.root().cbeginValueAll(); tile; ++tile)
		with.number("tile", tile.getCoord(), 1, there.getValueDepth(tile.getCoord()) >= 0,
			    exactly);
}

// What `expected` has above its leaves.
template <typename Tree>
void compare_tiles(comparison &with, const Tree &found, const Tree &expected)
{
	reader<Tree> there(found);
	auto tile = expected.cbeginValueAll();

	tile.setMaxDepth(decltype(tile)::LEAF_DEPTH - 1);
	for (; tile; ++tile) {
		Coord at = tile.getCoord();

		with.number("tile's depth", at, there.getValueDepth(at), tile.getDepth(), exactly);
		with.state(at, there.isValueOn(at), tile.isValueOn());
		with.value(at, there.getValue(at), tile.getValue());
	}
}

template <typename Leaf>
void compare_leaf(comparison &with, const Leaf &found, const Leaf &expected)
{
	const auto *values = found.buffer().data(), *wanted = expected.buffer().data();

	for (openvdb::Index n = 0; n < Leaf::SIZE; n++) {
		Coord at = expected.offsetToGlobalCoord(n);

		with.value(at, values[n], wanted[n]);
		with.state(at, found.isValueOn(n), expected.isValueOn(n));
	}
}

template <typename Tree>
void compare_leaves(comparison &with, const Tree &found, const Tree &expected)
{
	for (auto leaf = expected.cbeginLeaf(); leaf; ++leaf)
		if (const auto *other = found.probeConstLeaf(leaf->origin()))
			compare_leaf(with, *other, *leaf);
}

template <typename Grid>
void compare_grids(comparison with, const std::shared_ptr<Grid> &found,
		   const std::shared_ptr<Grid> &expected)
{
	compare_integers(&with.to, with.what, found != nullptr, expected != nullptr);
	if (!found || !expected || found == expected)
		return;
	if (found->transform() != expected->transform())
		compare_integers(&with.to, "transform", 0, 1);
	if (!(static_cast<const openvdb::MetaMap &>(*found) == *expected))
		compare_integers(&with.to, "metadata", 0, 1);
	with.value(Coord(), found->background(), expected->background());
	compare_nodes(with, found->tree(), expected->tree());
	compare_root_tiles(with, found->tree(), expected->tree());
	compare_tiles(with, found->tree(), expected->tree());
	compare_leaves(with, found->tree(), expected->tree());
}
} // namespace

void compare(struct difference &to, const char *what, const native::grid_ptr &found,
	     const native::grid_ptr &expected, const struct tolerance &within)
{
	compare_grids({to, what, within}, found, expected);
}

void compare(struct difference &to, const char *what, const native::vectors_ptr &found,
	     const native::vectors_ptr &expected, const struct tolerance &within)
{
	compare_grids({to, what, within}, found, expected);
}

void compare(struct difference &to, const char *what, const native::grids &found,
	     const native::grids &expected, const struct tolerance &within)
{
	compare_integers(&to, "grids", (int64_t)found.size(), (int64_t)expected.size());
	for (size_t i = 0; i < found.size() && i < expected.size(); i++) {
		std::string name = what + ("[" + std::to_string(i) + "]");

		compare(to, name.c_str(), found[i], expected[i], within);
	}
}

void compare(struct difference &to, const char *, const native::named_grids &found,
	     const native::named_grids &expected, const struct tolerance &within)
{
	compare_integers(&to, "grids", (int64_t)found.size(), (int64_t)expected.size());
	for (const auto &[name, grid] : expected) {
		auto other = found.find(name);

		compare(to, name.c_str(), other == found.end() ? nullptr : other->second, grid,
			within);
	}
}

void compare(struct difference &to, const char *what, const std::vector<float> &found,
	     const std::vector<float> &expected, const struct tolerance &within)
{
	compare_integers(&to, "values", (int64_t)found.size(), (int64_t)expected.size());
	if (found.size() == expected.size())
		compare_floats(&to, what, found.data(), expected.data(), found.size(), &within);
}

void compare(struct difference &to, const char *, const native::quality_result &found,
	     const native::quality_result &expected, const struct tolerance &within)
{
	compare_floats(&to, "figures", found.figures.data(), expected.figures.data(), 5, &within);
	compare_integers(&to, "has residuals", found.has_residuals, expected.has_residuals);
	if (found.has_residuals && expected.has_residuals)
		compare_floats(&to, "residuals", found.residuals.data(), expected.residuals.data(),
			       3, &within);
	compare_integers(&to, "signals", (int64_t)found.accuracies.size(),
			 (int64_t)expected.accuracies.size());
	for (const auto &[name, value] : expected.accuracies) {
		auto other = found.accuracies.find(name);
		float there = other == found.accuracies.end() ? NAN : other->second;

		compare_floats(&to, name.c_str(), &there, &value, 1, &within);
	}
}

void compare_texts(struct difference &to, const char *what, const std::string &found,
		   const std::string &expected)
{
	if (compare_value(&to, found == expected, 1, &exactly))
		snprintf(to.first, sizeof(to.first), "%s '%.32s', expected '%.32s'", what,
			 found.c_str(), expected.c_str());
}

void replace_content(const native::grid_ptr &grid, const native::grid_ptr &with)
{
	grid->tree().clearAllAccessors();
	grid->tree().root() = with->tree().root();
	if (grid->transform() != with->transform())
		grid->setTransform(with->transform().copy());
	static_cast<openvdb::MetaMap &>(*grid) = *with;
}
