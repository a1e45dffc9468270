// States as coloured words: one colour each, always with the word.
import type { ApplicationTone } from "../tones";

export function Tag(props: { tone: ApplicationTone; children: React.ReactNode; title?: string | undefined }) {
  return (
    <span className="ek-tag" data-tone={props.tone} data-tip={props.title}>
      {props.children}
    </span>
  );
}
