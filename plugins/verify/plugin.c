/* SPDX-License-Identifier: Apache-2.0 */
/* What the host looks up in verify.so. */
#include "plugins/verify/verify.h"

const struct recoat_plugin recoat_plugin = {
	.struct_size = sizeof recoat_plugin,
	.abi = RECOAT_PLUGIN_ABI,
	.abi_needed = 1,
	.name = "verify",
	.version = PACKAGE_VERSION,
	.summary = "runs the original too, on a copy of the outputs, and compares",
	.options = verify_options,
	.option_count = VERIFY_OPTIONS,
	.swap_count = VERIFY_AMQADF,
	.swaps = verify_amqadf,
	.init = verify_init,
};
