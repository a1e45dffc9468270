// Entry of the window's page.
import { createRoot } from "react-dom/client";
import "../shared/styles.css";
import { Root } from "./root";

// The content policy wants the nonce of the page's own style on every other one; the library that
// locks scrolling behind dialogs adds its style without it.
const nonce = document.querySelector<HTMLStyleElement>("style[nonce]")?.nonce;
if (nonce) {
  const make = document.createElement.bind(document);
  document.createElement = ((name: string, options?: ElementCreationOptions) => {
    const made = make(name, options);
    if (made instanceof HTMLStyleElement) made.nonce = nonce;
    return made;
  }) as typeof document.createElement;
}

const node = document.getElementById("root");
if (node) createRoot(node).render(<Root />);
