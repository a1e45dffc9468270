import { tCommon } from "../texts";

/** The card with its chip, drawn so that it needs no file. */
export function Logo() {
  return (
    <svg className="ek-logo" viewBox="0 0 32 32" aria-hidden="true">
      <rect x="2" y="6" width="28" height="20" rx="4" className="ek-logo-card" />
      <rect x="6" y="11" width="7" height="6" rx="1.5" className="ek-logo-chip" />
      <path d="M6 21.5h11M20 21.5h6" className="ek-logo-line" />
      <path d="M19 11.5a5 5 0 0 1 0 5M22 10a7.5 7.5 0 0 1 0 8" className="ek-logo-line" />
    </svg>
  );
}

export function Brand(props: { large?: boolean }) {
  return (
    <div className="ek-brand" data-large={props.large}>
      <Logo />
      <span>{props.large ? tCommon.productLong : tCommon.product}</span>
    </div>
  );
}
