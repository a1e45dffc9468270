// One tooltip for the whole window: for every [data-tip], and for every .ek-cut whose text does not fit.
import { useEffect, useRef, useState } from "react";

type Shown = { text: string; x: number; y: number; above: boolean };

function textOf(node: HTMLElement): string | null {
  const tip = node.dataset.tip;
  if (tip) return tip;
  if (node.classList.contains("ek-cut") && node.scrollWidth > node.clientWidth + 1) return node.textContent;
  return null;
}

export function TipLayer() {
  const [shown, setShown] = useState<Shown | null>(null);
  const timer = useRef<ReturnType<typeof setTimeout> | undefined>(undefined);
  useEffect(() => {
    let current: Element | null = null;
    const hide = () => {
      clearTimeout(timer.current);
      current = null;
      setShown(null);
    };
    const show = (target: EventTarget | null, wait: number) => {
      const node = target instanceof Element ? target.closest<HTMLElement>("[data-tip], .ek-cut") : null;
      if (node === current) return;
      if (!node) {
        hide();
        return;
      }
      clearTimeout(timer.current);
      setShown(null);
      current = node;
      timer.current = setTimeout(() => {
        const text = textOf(node);
        if (!text || !node.isConnected) return;
        const box = node.getBoundingClientRect();
        const above = box.bottom + 80 > window.innerHeight;
        setShown({ text, x: Math.min(Math.max(box.left + Math.min(box.width / 2, 200), 168), window.innerWidth - 168), y: above ? box.top - 6 : box.bottom + 6, above });
      }, wait);
    };
    const over = (e: MouseEvent) => show(e.target, 250);
    const focus = (e: FocusEvent) => {
      if (e.target instanceof HTMLElement && e.target.matches(":focus-visible")) show(e.target, 100);
    };
    document.addEventListener("mouseover", over);
    document.addEventListener("focusin", focus);
    document.addEventListener("mousedown", hide);
    document.addEventListener("keydown", hide);
    document.addEventListener("scroll", hide, true);
    return () => {
      clearTimeout(timer.current);
      document.removeEventListener("mouseover", over);
      document.removeEventListener("focusin", focus);
      document.removeEventListener("mousedown", hide);
      document.removeEventListener("keydown", hide);
      document.removeEventListener("scroll", hide, true);
    };
  }, []);
  if (!shown) return null;
  return (
    <div className="ek-tip" role="tooltip" data-above={shown.above} style={{ left: shown.x, top: shown.y }}>
      {shown.text}
    </div>
  );
}
