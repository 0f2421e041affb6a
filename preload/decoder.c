/* SPDX-License-Identifier: Apache-2.0 */
/* The one place that knows Zydis. */
#include "preload/decoder.h"

#include <Zydis/Zydis.h>
#include <dlfcn.h>
#include <stdatomic.h>

static struct {
	__typeof__(&ZydisDecoderInit) init;
	__typeof__(&ZydisDecoderDecodeInstruction) decode;
} zydis;
static ZydisDecoder decoder;
static _Atomic bool ready;

/* The library is never closed: a second call finds it ready, or tries again in vain. */
bool recoat_decoder_open(void)
{
	void *library;

	if (recoat_decoder_ready())
		return true;
	library = dlopen(ZYDIS_SONAME, RTLD_NOW | RTLD_LOCAL);
	if (!library)
		return false;
	*(void **)&zydis.init = dlsym(library, "ZydisDecoderInit");
	*(void **)&zydis.decode = dlsym(library, "ZydisDecoderDecodeInstruction");
	if (!zydis.init || !zydis.decode ||
	    ZYAN_FAILED(zydis.init(&decoder, ZYDIS_MACHINE_MODE_LONG_64, ZYDIS_STACK_WIDTH_64)))
		return false;
	/* Release pairs with the acquire in recoat_decoder_ready(). */
	atomic_store_explicit(&ready, true, memory_order_release);
	return true;
}

bool recoat_decoder_ready(void)
{
	return atomic_load_explicit(&ready, memory_order_acquire);
}

static bool is_trap(ZydisMnemonic mnemonic)
{
	return mnemonic == ZYDIS_MNEMONIC_INT3 || mnemonic == ZYDIS_MNEMONIC_INT1 ||
	       mnemonic == ZYDIS_MNEMONIC_UD0 || mnemonic == ZYDIS_MNEMONIC_UD1 ||
	       mnemonic == ZYDIS_MNEMONIC_UD2;
}

static bool is_loop(ZydisMnemonic mnemonic)
{
	switch (mnemonic) {
	case ZYDIS_MNEMONIC_LOOP:
	case ZYDIS_MNEMONIC_LOOPE:
	case ZYDIS_MNEMONIC_LOOPNE:
	case ZYDIS_MNEMONIC_JCXZ:
	case ZYDIS_MNEMONIC_JECXZ:
	case ZYDIS_MNEMONIC_JRCXZ:
	case ZYDIS_MNEMONIC_XBEGIN:
		return true;
	default:
		return false;
	}
}

static enum recoat_flow flow_of(const ZydisDecodedInstruction *decoded)
{
	bool relative =
		decoded->attributes & ZYDIS_ATTRIB_IS_RELATIVE && decoded->raw.imm[0].is_relative;

	if (is_trap(decoded->mnemonic))
		return RECOAT_FLOW_TRAP;
	if (is_loop(decoded->mnemonic))
		return RECOAT_FLOW_LOOP;
	switch (decoded->meta.category) {
	case ZYDIS_CATEGORY_CALL:
		return RECOAT_FLOW_CALL;
	case ZYDIS_CATEGORY_COND_BR:
		return RECOAT_FLOW_CONDITIONAL;
	case ZYDIS_CATEGORY_UNCOND_BR:
		return relative ? RECOAT_FLOW_JUMP : RECOAT_FLOW_END;
	case ZYDIS_CATEGORY_RET:
		return RECOAT_FLOW_END;
	default:
		return decoded->mnemonic == ZYDIS_MNEMONIC_HLT ? RECOAT_FLOW_END : RECOAT_FLOW_ON;
	}
}

static bool is_nop(const ZydisDecodedInstruction *decoded)
{
	return decoded->mnemonic == ZYDIS_MNEMONIC_NOP || decoded->mnemonic == ZYDIS_MNEMONIC_INT3;
}

static void take_field(struct recoat_instruction *to, const ZydisDecodedInstruction *decoded,
		       uint64_t address)
{
	int64_t distance;

	if (to->relative) {
		to->field = decoded->raw.imm[0].offset;
		to->field_size = decoded->raw.imm[0].size / 8;
		distance = decoded->raw.imm[0].value.s;
	} else {
		to->field = decoded->raw.disp.offset;
		to->field_size = decoded->raw.disp.size / 8;
		distance = decoded->raw.disp.value;
	}
	to->target = address + decoded->length + (uint64_t)distance;
}

bool recoat_decode(const void *at, size_t available, uint64_t address,
		   struct recoat_instruction *instruction)
{
	ZydisDecodedInstruction decoded;

	if (ZYAN_FAILED(zydis.decode(&decoder, NULL, at, available, &decoded)))
		return false;
	*instruction = (struct recoat_instruction){
		.length = decoded.length,
		.flow = (uint8_t)flow_of(&decoded),
		.padding = is_nop(&decoded),
		.relative = decoded.attributes & ZYDIS_ATTRIB_IS_RELATIVE &&
			    decoded.raw.imm[0].is_relative,
		/* mod 0, r/m 5 is rip + displacement, with any REX prefix. */
		.rip_relative = decoded.attributes & ZYDIS_ATTRIB_HAS_MODRM &&
				decoded.raw.modrm.mod == 0 && decoded.raw.modrm.rm == 5,
		.narrow = decoded.address_width != 64,
		.opcode = decoded.opcode,
	};
	if (instruction->relative || instruction->rip_relative)
		take_field(instruction, &decoded, address);
	return true;
}
