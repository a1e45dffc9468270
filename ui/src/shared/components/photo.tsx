// A pupil's photo as lists show it: small, and what stands in its place when there is none.
import { UserOutlined, WarningOutlined } from "@ant-design/icons";
import type { PhotoView } from "../../api.gen";
import { tPhotos } from "../texts";

export const jpeg = (base64: string) => `data:image/jpeg;base64,${base64}`;

export function PhotoFacts(props: { photo: Pick<PhotoView, "width" | "height" | "size"> }) {
  const { width, height, size } = props.photo;
  return <span className="ek-faint ek-photo-facts">{tPhotos.facts(width, height, Math.ceil(size / 1024))}</span>;
}

export function Thumbnail(props: { photo: Pick<PhotoView, "thumbnail"> | undefined; of: string }) {
  const { photo } = props;
  if (photo?.thumbnail !== undefined) return <img className="ek-thumb" src={jpeg(photo.thumbnail)} alt={tPhotos.of(props.of)} draggable={false} />;
  return (
    <span className="ek-thumb ek-thumb-none">
      {photo ? <WarningOutlined aria-hidden="true" /> : <UserOutlined aria-hidden="true" />}
      <span>{photo ? tPhotos.lost : tPhotos.none}</span>
    </span>
  );
}
