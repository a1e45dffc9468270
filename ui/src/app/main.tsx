// Entry of the window's page.
import { createRoot } from "react-dom/client";
import "../shared/styles.css";
import { Root } from "./root";

const node = document.getElementById("root");
if (node) createRoot(node).render(<Root />);
