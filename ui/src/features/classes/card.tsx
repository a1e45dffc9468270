// One class: nickname and remark, its number, closing, deleting. Everything but a full class can be undone.
import { CloseOutlined } from "@ant-design/icons";
import { Button, Form, Input, InputNumber } from "antd";
import { useState } from "react";
import type { ClassView } from "../../api.gen";
import { applyProblems, Lines, useNotify } from "../../shared/components/feedback";
import { FormModal } from "../../shared/components/form-modal";
import { Tag } from "../../shared/components/tags";
import { useAction } from "../../shared/query";
import { go } from "../../shared/router";
import { tClasses, tCommon } from "../../shared/texts";

export function ClassCard(props: { value: ClassView; editable: boolean; onClose: () => void; onMoved: (n: number) => void }) {
  const c = props.value;
  const [form] = Form.useForm<{ nickname?: string; remark?: string }>();
  const [lines, setLines] = useState<string[]>([]);
  const [renumbering, setRenumbering] = useState(false);
  const edit = useAction("class.edit");
  const renumber = useAction("class.renumber");
  const close = useAction("class.close");
  const reopen = useAction("class.reopen");
  const remove = useAction("class.delete");
  const create = useAction("class.create");
  const notify = useNotify();
  const busy = close.isPending || reopen.isPending || remove.isPending;
  const failed = (thrown: unknown) => setLines(applyProblems(form, thrown, ["nickname", "remark"]));

  const toggle = async () => {
    setLines([]);
    try {
      const now = await (c.open ? close : reopen).mutateAsync({ id: c.id, version: c.version });
      notify.done(c.open ? tClasses.closedDone(c.number) : tClasses.reopenedDone(c.number), () => {
        void (c.open ? reopen : close).mutateAsync({ id: now.id, version: now.version }).catch(notify.failed);
      });
    } catch (thrown) {
      failed(thrown);
    }
  };

  const drop = async () => {
    setLines([]);
    try {
      await remove.mutateAsync({ id: c.id, version: c.version });
      props.onClose();
      notify.done(tClasses.removed(c.number), () => {
        void create
          .mutateAsync({
            gradeId: c.gradeId,
            numbers: [c.number],
            schoolYear: c.schoolYear,
            ...(c.nickname ? { nickname: c.nickname } : {}),
            ...(c.remark ? { remark: c.remark } : {}),
          })
          .catch(notify.failed);
      });
    } catch (thrown) {
      failed(thrown);
    }
  };

  return (
    <div data-testid="class-card">
      <div className="ek-panel-head">
        <h2>{tClasses.one(c.gradeName, c.number)}</h2>
        <Button type="text" size="small" icon={<CloseOutlined />} aria-label={tCommon.close} onClick={props.onClose} data-testid="class-card-close" />
      </div>
      <p className="ek-row ek-lines">
        <Tag tone={c.open ? "done" : "gone"}>{c.open ? tClasses.open : tClasses.closed}</Tag>
        <span>
          {tClasses.pupils} {tClasses.pupilsOf(c.pupils)}
        </span>
        <Button type="link" size="small" onClick={() => go("/pupils", { grade: String(c.grade), class: String(c.number) })}>
          {tClasses.viewPupils}
        </Button>
      </p>
      <Lines lines={lines} />
      <Form
        form={form}
        layout="vertical"
        disabled={!props.editable}
        initialValues={{ nickname: c.nickname, remark: c.remark }}
        onFinish={(v) => {
          setLines([]);
          edit.mutate(
            { id: c.id, version: c.version, nickname: v.nickname?.trim() ?? "", remark: v.remark?.trim() ?? "" },
            { onSuccess: () => notify.done(tClasses.saved(c.number)), onError: failed },
          );
        }}
      >
        <Form.Item name="nickname" label={tClasses.nickname}>
          <Input data-testid="class-edit-nickname" />
        </Form.Item>
        <Form.Item name="remark" label={tClasses.remark}>
          <Input.TextArea rows={2} data-testid="class-edit-remark" />
        </Form.Item>
        {props.editable ? (
          <Button type="primary" htmlType="submit" loading={edit.isPending} block data-testid="class-edit-submit">
            {tCommon.save}
          </Button>
        ) : null}
      </Form>
      {props.editable ? (
        <div className="ek-card-actions">
          <Button onClick={() => setRenumbering(true)} data-testid="class-renumber">
            {tClasses.renumber}
          </Button>
          <Button onClick={() => void toggle()} loading={close.isPending || reopen.isPending} data-testid={c.open ? "class-close" : "class-reopen"}>
            {c.open ? tClasses.close : tClasses.reopen}
          </Button>
          <span data-tip={c.pupils > 0 ? tClasses.removeBlocked : undefined}>
            <Button danger disabled={busy || c.pupils > 0} onClick={() => void drop()} data-testid="class-delete">
              {tClasses.remove}
            </Button>
          </span>
        </div>
      ) : null}
      {renumbering ? (
        <FormModal<{ number: number }>
          title={`${tClasses.renumber} · ${tClasses.one(c.gradeName, c.number)}`}
          initial={{}}
          fields={{ number: tClasses.renumberTo }}
          submitText={tClasses.renumber}
          submitTestId="class-renumber-submit"
          width={400}
          version={c.version}
          onClose={() => setRenumbering(false)}
          onSubmit={async (v, version) => {
            const now = await renumber.mutateAsync({ id: c.id, version, number: v.number });
            props.onMoved(now.number);
            notify.done(tClasses.renumbered(c.number, now.number), () => {
              void renumber.mutateAsync({ id: now.id, version: now.version, number: c.number }).then((b) => props.onMoved(b.number), notify.failed);
            });
          }}
        >
          <Form.Item name="number" label={tClasses.renumberTo} rules={[{ required: true, message: tCommon.required(tClasses.renumberTo) }]}>
            <InputNumber autoFocus min={1} max={99} precision={0} style={{ width: "100%" }} data-testid="class-renumber-number" />
          </Form.Item>
        </FormModal>
      ) : null}
    </div>
  );
}
