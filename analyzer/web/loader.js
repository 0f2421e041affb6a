"use strict";
/* Modules come in the order in which they need each other, so each can run at once. */
const modules = {};
function define(name, needs, body) {
	const own = modules[name] = {};
	body(...needs.map((need) => need === "exports" ? own : modules[need]));
}
