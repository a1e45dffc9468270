// Filters of the order list that are used again and again: kept by name on this PC.
import { DeleteOutlined, FilterOutlined } from "@ant-design/icons";
import { Button, Dropdown, Form, Input } from "antd";
import { useState } from "react";
import { useNotify } from "../../shared/components/feedback";
import { FormModal } from "../../shared/components/form-modal";
import { setPrefs, usePrefs } from "../../shared/prefs";
import { tCommon, tOrders } from "../../shared/texts";

const KEYS = ["range", "from", "to", "state", "grade", "class", "d", "s", "other", "otherFrom", "otherTo"] as const;

export function SavedFilters(props: { params: URLSearchParams; set: (change: Record<string, string | undefined>) => void }) {
  const { params, set } = props;
  const { orderFilters: saved = [] } = usePrefs();
  const notify = useNotify();
  const [naming, setNaming] = useState(false);
  const now = Object.fromEntries(KEYS.flatMap((key) => (params.has(key) ? [[key, params.get(key) ?? ""]] : [])));
  return (
    <>
      <Dropdown
        trigger={["click"]}
        menu={{
          items: [
            ...saved.map((filter) => ({
              key: `use-${filter.name}`,
              label: filter.name,
              onClick: () => set(Object.fromEntries(KEYS.map((key) => [key, filter.params[key]]))),
              extra: (
                <Button
                  type="text"
                  size="small"
                  icon={<DeleteOutlined />}
                  aria-label={tOrders.savedDelete(filter.name)}
                  onClick={(e) => {
                    e.stopPropagation();
                    setPrefs({ orderFilters: saved.filter((each) => each.name !== filter.name) });
                  }}
                />
              ),
            })),
            ...(saved.length === 0 ? [{ key: "none", label: tOrders.savedNone, disabled: true }] : []),
            { type: "divider" as const },
            { key: "add", label: <span data-testid="orders-saved-add">{tOrders.savedAdd}</span>, onClick: () => setNaming(true) },
          ],
        }}
      >
        <Button icon={<FilterOutlined />} data-testid="orders-saved">
          {tOrders.saved}
        </Button>
      </Dropdown>
      {naming ? (
        <FormModal<{ name: string }>
          title={tOrders.savedTitle}
          note={tOrders.savedNote}
          initial={{}}
          fields={{ name: tOrders.savedName }}
          submitText={tOrders.savedOk}
          submitTestId="orders-saved-ok"
          onClose={() => setNaming(false)}
          onSubmit={({ name }) => {
            setPrefs({ orderFilters: [...saved.filter((each) => each.name !== name), { name, params: now }] });
            notify.done(tOrders.savedDone(name));
            return Promise.resolve();
          }}
        >
          <Form.Item name="name" label={tOrders.savedName} rules={[{ required: true, whitespace: true, message: tCommon.required(tOrders.savedName) }]}>
            <Input maxLength={20} data-testid="orders-saved-name" />
          </Form.Item>
        </FormModal>
      ) : null}
    </>
  );
}
