/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A library that calls back, built twice: with EXTRA its frame is larger, so that what was true
 * of one is wrong of the other at the same address.
 */
void call_back(void (*function)(int), int argument);

void call_back(void (*function)(int), int argument)
{
#ifdef EXTRA
	volatile long room[9] = {0};
#else
	volatile long room[1] = {0};
#endif

	room[0] = argument;
	function((int)room[0]);
	room[0] = 0;
}
