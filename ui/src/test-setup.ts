import "@testing-library/jest-dom/vitest";
import { cleanup } from "@testing-library/react";
import { afterEach } from "vitest";

class NoResize {
  observe(): void {}
  unobserve(): void {}
  disconnect(): void {}
}
globalThis.ResizeObserver ??= NoResize as unknown as typeof ResizeObserver;
window.matchMedia ??= ((query: string) => ({
  matches: false,
  media: query,
  addEventListener: () => undefined,
  removeEventListener: () => undefined,
  addListener: () => undefined,
  removeListener: () => undefined,
})) as unknown as typeof window.matchMedia;
Element.prototype.scrollTo ??= (() => undefined) as never;

afterEach(() => {
  cleanup();
  window.location.hash = "";
});

// jsdom has no pointer events: the board listens to them.
class Pointer extends MouseEvent {}
globalThis.PointerEvent ??= Pointer as unknown as typeof PointerEvent;
