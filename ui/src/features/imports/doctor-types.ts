// What import.doctor takes and answers, until the operation is generated into api.gen.ts.
import { useQuery } from "@tanstack/react-query";
import type { CappedCount, PupilId, PupilStatus, SchoolId } from "../../api.gen";
import { call } from "../../shared/call";

export type DoctorProposal = {
  source: "stored";
  number: string;
  pupilId: PupilId;
  name: string;
  schoolId: SchoolId;
  schoolName: string;
  sameSchool: boolean;
  gradeName: string;
  classNumber: number;
  status: PupilStatus;
  statusName: string;
  genderDiffers: boolean;
};
export type DoctorRow = {
  row: number;
  cell: string;
  name: string;
  known: string;
  possible: CappedCount;
  candidates: string[];
  fromStudentNumber?: string;
  proposals: DoctorProposal[];
  elsewhere: boolean;
  message: string;
};
type Answer = { total: number; rows: DoctorRow[]; next?: number };

export function useDoctor(req: { importId: string; after: number; limit: number }) {
  return useQuery({
    queryKey: ["import.doctor", req],
    queryFn: ({ signal }) => call("import.doctor" as never, req as never, { signal }) as unknown as Promise<Answer>,
    staleTime: Infinity,
  });
}
