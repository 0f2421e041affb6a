/* SPDX-License-Identifier: Apache-2.0 */
/* Work by leaves: a result's are made first, then filled by all threads. */
#include "plugins/parallel/openvdb10/leaves.h"

#include <algorithm>
#include <atomic>
#include <new>

static bool in_memory(const Tree &tree)
{
	for (auto leaf = tree.cbeginLeaf(); leaf; ++leaf)
		if (leaf->buffer().isOutOfCore())
			return false;
	return true;
}

bool leaves_only(const Grids &grids)
{
	return std::all_of(grids.begin(), grids.end(), [](const GridPtr &grid) {
		return grid && !grid->tree().hasActiveTiles() && in_memory(grid->tree());
	});
}

std::vector<Leaf *> join(const Grids &grids, Tree &tree)
{
	std::vector<Leaf *> leaves;

	for (const GridPtr &grid : grids)
		for (auto leaf = grid->tree().cbeginLeaf(); leaf; ++leaf)
			if (!leaf->isEmpty())
				tree.touchLeaf(leaf->origin())->topologyUnion(*leaf);
	tree.getNodes(leaves);
	return leaves;
}

struct job {
	size_t count;
	const std::function<void(size_t)> *work;
	std::atomic<size_t> next{0};
	std::atomic<bool> failed{false};
};

static void work_share(void *context, unsigned, unsigned)
{
	struct job *job = static_cast<struct job *>(context);

	try {
		for (size_t n; !job->failed && (n = job->next++) < job->count;)
			(*job->work)(n);
	} catch (const std::bad_alloc &) {
		job->failed = true;
	}
}

void for_numbers(size_t count, double steps, const std::function<void(size_t)> &work)
{
	struct job job;

	job.count = count;
	job.work = &work;
	pool_run(work_share, &job, pool_wanted(steps));
	if (job.failed)
		throw std::bad_alloc();
}

void for_leaves(const std::vector<Leaf *> &leaves, double steps,
		const std::function<void(Leaf &)> &fill)
{
	for_numbers(leaves.size(), steps, [&](size_t n) { fill(*leaves[n]); });
}

GridPtr grid_like(const Grid &grid)
{
	GridPtr like = Grid::create(0.0f);

	like->setTransform(grid.transform().copy());
	return like;
}
