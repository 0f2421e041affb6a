/* SPDX-License-Identifier: Apache-2.0 */
/* Unwinding for the stack cache: joining known stacks, and the words that matter. */
#include "preload/stack_cache_work.h"

#include "preload/tree.h"

bool recoat_stack_find_difference(const struct recoat_stack_entry *entry, size_t first,
				  struct recoat_stack_slot *difference)
{
	size_t count = recoat_stack_near(entry) + entry->far;

	for (size_t i = first; i < count; i++) {
		*difference = recoat_stack_entry_slot(entry, i);
		if (recoat_stack_word(recoat_stack_slot_address(entry, *difference)) !=
		    difference->value)
			return true;
	}
	return false;
}

/* Only asked of suffixes on the owner's own stack. */
static bool suffix_holds(const struct recoat_stack_entry *entry, size_t first)
{
	struct recoat_stack_slot difference;

	return !recoat_stack_find_difference(entry, first, &difference);
}

static bool starts_at(const struct recoat_stack_suffix *suffix,
		      const struct recoat_registers *registers)
{
	return suffix->pc == registers->pc && suffix->sp == registers->sp &&
	       suffix->exact == registers->exact &&
	       (!suffix->bp_live || suffix->bp == registers->bp);
}

/* A suffix that makes the stack deeper than allowed is no help: the stack must be cut. */
static const struct recoat_stack_suffix *find_suffix(const struct recoat_stack_cache *cache,
						     const struct recoat_cursor *cursor,
						     size_t frames)
{
	const struct recoat_registers *registers = &cursor->registers;
	uint32_t at = *recoat_stack_suffix_note(cache, registers->pc, registers->sp);
	const struct recoat_stack_suffix *suffix;

	if (!at || !cursor->on_stack)
		return NULL;
	suffix = (const struct recoat_stack_suffix *)(cache->arena + 8ull * at);
	if (!starts_at(suffix, registers) || frames + suffix->frames > cache->options.max_frames)
		return NULL;
	return suffix_holds(recoat_stack_suffix_entry(cache, suffix), suffix->first_slot) ? suffix
											  : NULL;
}

void recoat_stack_work_unwind(struct recoat_stack_cache *cache,
			      const struct recoat_registers *start, bool may_join)
{
	struct recoat_stack_work *work = cache->work;
	struct recoat_cursor cursor;

	work->frames = 0;
	work->joined = NULL;
	work->end = RECOAT_UNWIND_MORE;
	recoat_cursor_init(&cursor, start, &cache->stack);
	while (work->end == RECOAT_UNWIND_MORE) {
		if (work->frames == cache->options.max_frames) {
			work->end = RECOAT_UNWIND_FULL;
			return;
		}
		if (may_join && work->frames > 0)
			work->joined = find_suffix(cache, &cursor, work->frames);
		if (work->joined)
			return;
		work->end = recoat_cursor_step(&cursor, &work->frame[work->frames++]);
	}
}

/* A path that finds no room ends where it is. */
static uint32_t intern(struct recoat_stack_cache *cache, uint32_t parent, uint64_t ip)
{
	uint32_t node = cache->work->cut ? UINT32_MAX : recoat_tree_intern(parent, ip);

	if (node != UINT32_MAX)
		return node;
	cache->statistics.tree_full += !cache->work->cut;
	cache->work->cut = true;
	return parent;
}

/* The other unwinder's view of an incomplete stack. False if it has none. */
static bool ask_fallback(struct recoat_stack_cache *cache, uint32_t *path)
{
	const struct recoat_stack_cache_options *options = &cache->options;
	struct recoat_stack_work *work = cache->work;
	size_t count = 0;

	if (options->fallback)
		count = options->fallback(options->context, &work->frame[0].registers, work->ips,
					  options->max_frames);
	if (count < work->frames)
		return false;
	for (size_t i = 0; i < work->frames; i++)
		if (work->ips[i] != work->frame[i].registers.pc)
			return false;
	cache->statistics.completed++;
	/* Deeper stacks are cut, and what is outside is not known. */
	*path = count < options->max_frames ? RECOAT_PATH_ROOT : RECOAT_PATH_UNKNOWN;
	while (count > 0)
		*path = intern(cache, *path, work->ips[--count]);
	return true;
}

uint32_t recoat_stack_work_path(struct recoat_stack_cache *cache)
{
	struct recoat_stack_work *work = cache->work;
	uint32_t path = RECOAT_PATH_UNKNOWN;

	work->cut = false;
	if (work->end == RECOAT_UNWIND_INCOMPLETE && ask_fallback(cache, &path))
		return path;
	if (work->joined)
		path = work->joined->path;
	else if (work->end == RECOAT_UNWIND_OUTERMOST)
		path = RECOAT_PATH_ROOT;
	for (size_t i = work->frames; i-- > 0;) {
		path = intern(cache, path, work->frame[i].registers.pc);
		work->path[i] = path;
	}
	return path;
}

/* From the outermost frame inwards: whose bp is used by a later step? */
static void find_live_bp(struct recoat_stack_work *work)
{
	bool live = work->joined && work->joined->bp_live;

	for (size_t i = work->frames; i-- > 0;) {
		const struct recoat_frame *frame = &work->frame[i];

		work->keep_bp[i] = live;
		if (frame->drops_bp)
			live = false;
		if (frame->uses_bp)
			live = true;
		work->bp_live[i] = live;
	}
}

/*
 * On the owner's own stack a hit loads all words at once, so they must lie there, above sp.
 * On other stacks it goes word by word and probes pages.
 */
static bool add_slot(struct recoat_stack_cache *cache, uint64_t address, uint64_t value)
{
	struct recoat_stack_work *work = cache->work;
	uint64_t sp = work->frame[0].registers.sp;

	if (work->slots == RECOAT_STACK_SLOTS_MAX)
		return false;
	if (recoat_stack_has(&cache->stack, sp) &&
	    (address < sp || !recoat_stack_has(&cache->stack, address)))
		return false;
	work->slot[work->slots++] = (struct recoat_stack_slot){
		.offset = (int64_t)(address - sp) / 8,
		.value = value,
	};
	return true;
}

static bool add_word(struct recoat_stack_cache *cache, uint64_t address)
{
	return !address || add_slot(cache, address, recoat_stack_word(address));
}

static bool add_frame(struct recoat_stack_cache *cache, size_t number)
{
	const struct recoat_frame *frame = &cache->work->frame[number];
	bool keep_bp = cache->work->keep_bp[number] && !cache->without_saved_bp;

	cache->work->first_slot[number] = (uint16_t)cache->work->slots;
	return add_word(cache, frame->cfa_slot) && add_word(cache, frame->ra_slot) &&
	       (!keep_bp || add_word(cache, frame->bp_slot));
}

/* The suffix's words have just been compared with the stack. */
static bool add_suffix(struct recoat_stack_cache *cache)
{
	const struct recoat_stack_suffix *suffix = cache->work->joined;
	const struct recoat_stack_entry *entry = recoat_stack_suffix_entry(cache, suffix);
	size_t count = recoat_stack_near(entry) + entry->far;

	for (size_t i = suffix->first_slot; i < count; i++) {
		struct recoat_stack_slot slot = recoat_stack_entry_slot(entry, i);

		if (!add_slot(cache, recoat_stack_slot_address(entry, slot), slot.value))
			return false;
	}
	return true;
}

bool recoat_stack_work_slots(struct recoat_stack_cache *cache)
{
	struct recoat_stack_work *work = cache->work;

	work->slots = 0;
	if (work->end == RECOAT_UNWIND_INCOMPLETE || work->frame[0].registers.sp & 7)
		return false;
	find_live_bp(work);
	for (size_t i = 0; i < work->frames; i++)
		if (!add_frame(cache, i))
			return false;
	return !work->joined || add_suffix(cache);
}
