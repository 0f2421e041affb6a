// SPDX-License-Identifier: Apache-2.0
// Light or dark: as the system says, until the reader says otherwise.

const KEY = "recoat-theme";
const system = matchMedia("(prefers-color-scheme: dark)");
const listeners: (() => void)[] = [];
const probe = document.createElement("span");

// A page from file:// may have no storage.
function stored(): string | null {
	try {
		return localStorage.getItem(KEY);
	} catch {
		return null;
	}
}

export function dark(): boolean {
	const chosen = document.documentElement.dataset.theme;
	return chosen ? chosen === "dark" : system.matches;
}

function changed(): void {
	listeners.forEach((listener) => listener());
}

export function toggle(): void {
	const theme = dark() ? "light" : "dark";
	document.documentElement.dataset.theme = theme;
	try {
		localStorage.setItem(KEY, theme);
	} catch {
		// It holds until the page is closed.
	}
	changed();
}

export function onChange(listener: () => void): void {
	listeners.push(listener);
}

export function begin(): void {
	const theme = stored();
	if (theme === "light" || theme === "dark")
		document.documentElement.dataset.theme = theme;
	probe.hidden = true;
	document.body.append(probe);
	system.addEventListener("change", changed);
}

// A colour of the style sheet as a canvas takes it.
export function colour(name: string): string {
	probe.style.color = `var(--${name})`;
	return getComputedStyle(probe).color;
}
