// SPDX-License-Identifier: Apache-2.0
// Objects on the heap of the engine, and buffers and JSON outside of it.
"use strict";
let kept = 0, bytes = 0;
for (let round = 0; round < 60; round++) {
	const seen = new Map();
	for (let i = 0; i < 4000; i++) {
		const name = `part-${(i * 7919) % 3001}-${round}`;
		seen.set(name, {at: i, data: Buffer.alloc(64 + (i % 200), i & 255)});
	}
	const text = JSON.stringify([...seen.keys()]);
	for (const part of seen.values())
		bytes += part.data[5] + Buffer.from(part.data).length;
	kept += JSON.parse(text).length;
}
console.log(kept, bytes);
