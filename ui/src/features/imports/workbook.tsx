// 错误工作簿: the person's own workbook with the errors marked, to be repaired in Excel and dropped again.
import { FileExclamationOutlined } from "@ant-design/icons";
import { Button } from "antd";
import { useState } from "react";
import { newKey, platform } from "../../platform";
import { call } from "../../shared/call";
import { useNotify } from "../../shared/components/feedback";
import { tCommon, tImport } from "../../shared/texts";

export function ErrorWorkbookButton(props: { importId: string; disabled?: boolean; before?: () => Promise<void> }) {
  const notify = useNotify();
  const [busy, setBusy] = useState(false);
  const save = async () => {
    setBusy(true);
    try {
      await props.before?.();
      const { blobId, fileName, fresh } = await call("import.errorWorkbook", { importId: props.importId }, { key: newKey() });
      const saved = await platform.saveBlob(blobId, fileName);
      if (!saved) return;
      if (fresh === undefined) notify.done(tCommon.saved(saved.path));
      else notify.told(tCommon.saved(saved.path), fresh);
    } catch (thrown) {
      notify.failed(thrown);
    } finally {
      setBusy(false);
    }
  };
  return (
    <Button icon={<FileExclamationOutlined />} loading={busy} disabled={props.disabled ?? false} onClick={() => void save()} data-tip={tImport.workbookTip} data-testid="import-workbook">
      {tImport.workbook}
    </Button>
  );
}
