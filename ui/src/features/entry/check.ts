// The live check: asked a quarter of a second after the last key, the question before it is cancelled.
import { useEffect, useRef, useState } from "react";
import type { CheckPupilRequest, CheckPupilResponse } from "../../api.gen";
import { call } from "../../shared/call";
import { useDebounced } from "../../shared/hooks";

export function useLiveCheck(request: CheckPupilRequest | null, onAnswer: (answer: CheckPupilResponse, asked: CheckPupilRequest) => void): CheckPupilResponse | null {
  const [answer, setAnswer] = useState<CheckPupilResponse | null>(null);
  // Compared as text: the form makes a new object with every key.
  const text = useDebounced(request ? JSON.stringify(request) : null);
  const heard = useRef(onAnswer);
  useEffect(() => {
    heard.current = onAnswer;
  });
  useEffect(() => {
    if (text === null) return;
    const abort = new AbortController();
    const asked = JSON.parse(text) as CheckPupilRequest;
    const ask = async () => {
      const got = await call("pupil.check", asked, { signal: abort.signal });
      if (abort.signal.aborted) return;
      setAnswer(got);
      heard.current(got, asked);
    };
    // What cannot be checked now is checked when it is saved.
    ask().catch(() => undefined);
    return () => abort.abort();
  }, [text]);
  return answer;
}
