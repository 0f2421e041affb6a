/* SPDX-License-Identifier: Apache-2.0 */
/* Where packets that are updated in place stand. */
#include "preload/in_place.h"

#include "preload/memory.h"
#include "preload/recording.h"

void *recoat_in_place_open(const char *name, const struct recoat_packet *head)
{
	struct recoat_packet *packet = recoat_file_map(name, head);

	if (packet)
		return packet;
	recoat_drop(RECOAT_DROP_COUNTERS);
	packet = recoat_map(head->packet_bits / 8);
	if (packet)
		*packet = *head;
	return packet;
}
