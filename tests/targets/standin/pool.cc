// SPDX-License-Identifier: Apache-2.0
// Like log4cplus, which OpenVDB brings along: before main() there is a thread that blocks all
// signals.
#include <csignal>
#include <thread>
#include <unistd.h>

[[gnu::constructor]] static void start()
{
	sigset_t all, before;

	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &before);
	std::thread([] {
		for (;;)
			pause();
	}).detach();
	pthread_sigmask(SIG_SETMASK, &before, nullptr);
}
