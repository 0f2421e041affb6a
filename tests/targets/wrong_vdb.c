/* SPDX-License-Identifier: Apache-2.0 */
/* wrong_vdb.so, whose kernels are all in wrong_vdb-am_qadf_native-openvdb10.so. */
#include "recoat/plugin.h"

const struct recoat_plugin recoat_plugin = {
	.struct_size = sizeof recoat_plugin,
	.abi = RECOAT_PLUGIN_ABI,
	.abi_needed = RECOAT_PLUGIN_ABI,
	.name = "wrong_vdb",
	.version = "1",
	.summary = "wrong results over OpenVDB's grids",
};
