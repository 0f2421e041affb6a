/* SPDX-License-Identifier: Apache-2.0 */
/* What moving code needs to know of an instruction (x86-64), by Zydis. */
#ifndef RECOAT_DECODER_H
#define RECOAT_DECODER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define RECOAT_INSTRUCTION_MAX 15 /* Bytes. */

/* Where control goes behind an instruction. */
enum recoat_flow {
	RECOAT_FLOW_ON,          /* To the next one. */
	RECOAT_FLOW_JUMP,        /* To a target that is part of it. */
	RECOAT_FLOW_CONDITIONAL, /* To that or to the next one: jcc. */
	RECOAT_FLOW_CALL,
	RECOAT_FLOW_LOOP, /* loop, jrcxz: conditional, with no form that reaches far; xbegin. */
	RECOAT_FLOW_END,  /* Not to the next one: ret, jmp through a register or memory, hlt. */
	RECOAT_FLOW_TRAP, /* int3, ud2 and kin. */
};

struct recoat_instruction {
	uint8_t length;
	uint8_t flow;       /* enum recoat_flow */
	bool padding;       /* A nop of any length, or int3. */
	bool relative;      /* A branch to `target`, */
	bool rip_relative;  /* or an operand in memory there. */
	bool narrow;        /* The operand's address is cut to 32 bits. */
	uint8_t field;      /* Offset of the displacement to `target`, */
	uint8_t field_size; /* and its bytes: 1, 2 or 4. */
	uint8_t opcode;     /* Its last byte; of a jcc, the low half is the condition. */
	uint64_t target;
};

/*
 * Open Zydis, once. False if it is not there. It is opened RTLD_LOCAL, so it takes no part in
 * the target's symbol resolution. Calls the loader: not in allocation paths, and not while any
 * lock of the runtime is held.
 */
bool recoat_decoder_open(void);

/* Was it opened? */
bool recoat_decoder_ready(void);

/*
 * Decode the instruction at `at`, of which `available` bytes may be read, as if it stood at
 * `address`. False if it is none. recoat_decoder_ready(); no allocation; any thread.
 */
bool recoat_decode(const void *at, size_t available, uint64_t address,
		   struct recoat_instruction *instruction);

#endif
