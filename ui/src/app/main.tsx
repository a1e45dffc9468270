// Entry of the window's page.
import { createRoot } from "react-dom/client";
import "../shared/styles.css";
import { Root } from "./root";

// The content policy wants the nonce of the page's own style on every other one. The library that
// locks scrolling behind dialogs adds its style without it, and some icons bring an empty one.
const nonce = document.querySelector<HTMLStyleElement>("style[nonce]")?.nonce;
if (nonce) {
  const stamped = <E extends Element>(made: E): E => {
    if (made instanceof HTMLStyleElement || made instanceof SVGStyleElement) made.nonce = nonce;
    return made;
  };
  const make = document.createElement.bind(document);
  document.createElement = ((name: string, options?: ElementCreationOptions) => stamped(make(name, options))) as typeof document.createElement;
  const makeNS = document.createElementNS.bind(document);
  document.createElementNS = ((space: string | null, name: string, options?: ElementCreationOptions) =>
    stamped(makeNS(space, name, options))) as typeof document.createElementNS;
}

const node = document.getElementById("root");
if (node) createRoot(node).render(<Root />);
