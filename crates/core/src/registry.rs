//! The one list of operations.
//!
//! A new operation is one file under `ops/<noun>/` and one line here: name,
//! Chinese name, kind, permission, function with request and response, and the fields
//! that name staged files: `takes [blobId]` in the request, `gives [blobId]` in the response.

use std::collections::BTreeMap;
use std::future::Future;
use std::pin::Pin;

use schemars::{Schema, SchemaGenerator};
use serde_json::Value;
use ts_rs::{Config, TS, TypeVisitor};

use crate::access::Permission;
use crate::context::{Cx, Job};
use crate::dispatch::{authorise, authorise_job, decode, encode};
use crate::error::OpError;
use crate::ops;

/// How an operation is run (model.md).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// Needs no session.
    Public,
    /// One's own session and password; possible while the password must change.
    SelfService,
    /// Reads in one transaction that sees one state.
    Read,
    /// Changes in one transaction, with its audit entry.
    Write,
    /// Long work outside a write transaction, closed by one short one.
    Job,
}

type Boxed<'a> = Pin<Box<dyn Future<Output = Result<Value, OpError>> + Send + 'a>>;
/// Runs an operation of one transaction.
pub type UnitFn = for<'a> fn(&'a mut Cx, Value) -> Boxed<'a>;
/// Runs a job.
pub type JobFn = for<'a> fn(&'a mut Job, Value) -> Boxed<'a>;

/// The function behind an operation.
#[derive(Clone, Copy)]
pub enum Runner {
    /// One transaction.
    Unit(UnitFn),
    /// Long work.
    Job(JobFn),
}

/// An operation.
pub struct Operation {
    /// Wire name, `noun.verb`.
    pub name: &'static str,
    /// Name for people, as the audit log shows it.
    pub zh: &'static str,
    /// How it is run.
    pub kind: Kind,
    /// What the person must hold; none for one's own matters.
    pub permission: Option<Permission>,
    /// Fields of the request that name files which a host stages first.
    pub takes: &'static [&'static str],
    /// Fields of the response that name files which a host fetches then.
    pub gives: &'static [&'static str],
    /// The function.
    pub runner: Runner,
    /// JSON schema of the request.
    pub request_schema: fn(&mut SchemaGenerator) -> Schema,
    /// JSON schema of the response.
    pub response_schema: fn(&mut SchemaGenerator) -> Schema,
    typescript: fn(&mut Types) -> (String, String),
}

macro_rules! operations {
    (@runner Job $permission:expr, $($path:ident)::+, $request:ident) => {{
        fn run<'a>(job: &'a mut Job, payload: Value) -> Boxed<'a> {
            Box::pin(async move {
                let request: ops::$($path)::+::$request = decode(payload)?;
                authorise_job(job, $permission, &request).await?;
                encode(&ops::$($path)::+::run(job, request).await?)
            })
        }
        Runner::Job(run)
    }};
    (@runner $kind:ident $permission:expr, $($path:ident)::+, $request:ident) => {{
        fn run<'a>(cx: &'a mut Cx, payload: Value) -> Boxed<'a> {
            Box::pin(async move {
                let request: ops::$($path)::+::$request = decode(payload)?;
                authorise(cx, $permission, &request).await?;
                encode(&ops::$($path)::+::run(cx, request).await?)
            })
        }
        Runner::Unit(run)
    }};
    (@permission -) => { None };
    (@permission $permission:ident) => { Some(Permission::$permission) };
    ($( $name:literal $zh:literal $kind:ident $permission:tt => $noun:ident::$verb:ident { $request:ident -> $response:ident }
        $(takes [$takes:ident])? $(gives [$gives:ident])? )*) => {
        /// Every operation, in the order of the list.
        pub static OPERATIONS: &[Operation] = &[ $( Operation {
            name: $name,
            zh: $zh,
            kind: Kind::$kind,
            permission: operations!(@permission $permission),
            takes: &[ $( stringify!($takes) )? ],
            gives: &[ $( stringify!($gives) )? ],
            runner: operations!(@runner $kind operations!(@permission $permission), $noun::$verb, $request),
            request_schema: |generator| generator.subschema_for::<ops::$noun::$verb::$request>(),
            response_schema: |generator| generator.subschema_for::<ops::$noun::$verb::$response>(),
            typescript: |types| (types.add::<ops::$noun::$verb::$request>(), types.add::<ops::$noun::$verb::$response>()),
        }, )* ];
    };
}

operations! {
    "session.signIn"         "登录"         Public      - => session::sign_in { SignInRequest -> SignInResponse }
    "session.current"        "查看会话"     SelfService - => session::current { CurrentSessionRequest -> SessionView }
    "session.resume"         "解锁会话"     SelfService - => session::resume { ResumeSessionRequest -> SessionView }
    "session.signOut"        "退出登录"     SelfService - => session::sign_out { SignOutRequest -> SignOutResponse }

    "account.changePassword" "修改密码"     SelfService - => account::change_password { ChangePasswordRequest -> SessionView }
    "account.list"           "查看账户"     Read  UnlockAccounts => account::list { ListAccountsRequest -> ListAccountsResponse }
    "account.create"         "新建账户"     Write ManageAccounts => account::create { CreateAccountRequest -> AccountView }
    "account.setGrants"      "修改账户角色" Write ManageAccounts => account::set_grants { SetGrantsRequest -> AccountView }
    "account.disable"        "停用账户"     Write ManageAccounts => account::disable { DisableAccountRequest -> AccountView }
    "account.enable"         "启用账户"     Write ManageAccounts => account::enable { EnableAccountRequest -> AccountView }
    "account.reset"          "重置密码"     Write UnlockAccounts => account::reset { ResetAccountRequest -> AccountView }
    "account.unlock"         "解锁账户"     Write UnlockAccounts => account::unlock { UnlockAccountRequest -> AccountView }

    "setting.list"           "查看设置"     Read  ManageSettings => setting::list { ListSettingsRequest -> ListSettingsResponse }
    "setting.set"            "修改设置"     Write ManageSettings => setting::set { SetSettingRequest -> SettingView }

    "home.summary"           "首页"         SelfService - => home::summary { HomeSummaryRequest -> HomeSummaryResponse }

    "district.list"          "查看区县"     Read  ReadOrganisation => district::list { ListDistrictsRequest -> ListDistrictsResponse }
    "district.create"        "新建区县"     Write ManageDistricts => district::create { CreateDistrictRequest -> DistrictView }
    "district.rename"        "修改区县名称" Write ManageDistricts => district::rename { RenameDistrictRequest -> DistrictView }

    "school.list"            "查看学校"     Read  ReadOrganisation => school::list { ListSchoolsRequest -> ListSchoolsResponse }
    "school.get"             "查看学校"     Read  ReadOrganisation => school::get { GetSchoolRequest -> SchoolView }
    "school.create"          "新建学校"     Write ManageSchools => school::create { CreateSchoolRequest -> ChangedSchoolResponse }
    "school.edit"            "修改学校"     Write ManageSchools => school::edit { EditSchoolRequest -> ChangedSchoolResponse }
    "school.setYear"         "设置学年"     Write ManageSchools => school::set_year { SetSchoolYearRequest -> SchoolView }

    "grade.list"             "查看年级"     Read  ReadOrganisation => grade::list { ListGradesRequest -> ListGradesResponse }
    "grade.matrix"           "查看年级阶梯" Read  ReadOrganisation => grade::matrix { GradeMatrixRequest -> GradeMatrixResponse }
    "grade.previewLadder"    "预览年级阶梯" Read  ManageSchools => grade::preview_ladder { PreviewLadderRequest -> LadderResponse }
    "grade.createLadder"     "补齐年级阶梯" Write ManageSchools => grade::create_ladder { CreateLadderRequest -> LadderResponse }

    "class.list"             "查看班级"     Read  ReadOrganisation => class::list { ListClassesRequest -> ListClassesResponse }
    "class.create"           "新建班级"     Write ManageClasses => class::create { CreateClassesRequest -> CreateClassesResponse }
    "class.edit"             "修改班级"     Write ManageClasses => class::edit { EditClassRequest -> ClassView }
    "class.renumber"         "修改班级序号" Write ManageClasses => class::renumber { RenumberClassRequest -> ClassView }
    "class.close"            "关闭班级"     Write ManageClasses => class::close { CloseClassRequest -> ClassView }
    "class.reopen"           "重新开放班级" Write ManageClasses => class::reopen { ReopenClassRequest -> ClassView }
    "class.delete"           "删除班级"     Write ManageClasses => class::delete { DeleteClassRequest -> DeleteClassResponse }

    "import.guide"           "查看填写说明" Read  EnterPupils => import::guide { ImportGuideRequest -> ImportGuide }
    "import.template"        "下载导入模板" Job   EnterPupils => import::template { ImportTemplateRequest -> StagedFile } gives [blobId]
    "import.preview"         "核对导入文件" Job   EnterPupils => import::preview { PreviewImportRequest -> ImportSummary } takes [blobId]
    "import.show"            "查看导入"     Read  EnterPupils => import::show { ShowImportRequest -> ShowImportResponse }
    "import.rows"            "查看导入行"   Read  EnterPupils => import::rows { ImportRowsRequest -> ImportRowsResponse }
    "import.nextProblem"     "查找问题行"   Read  EnterPupils => import::next_problem { NextProblemRequest -> NextProblemResponse }
    "import.open"            "打开导入记录" Write EnterPupils => import::open { OpenImportRequest -> ShowImportResponse }
    "import.edit"            "修改导入内容" Write EnterPupils => import::edit { EditImportRequest -> ImportChange }
    "import.replace"         "替换导入内容" Write EnterPupils => import::replace { ReplaceInImportRequest -> ImportChange }
    "import.acceptSuggestions" "采用导入建议" Write EnterPupils => import::accept_suggestions { AcceptSuggestionsRequest -> ImportChange }
    "import.undoEdit"        "撤回导入修改" Write EnterPupils => import::undo_edit { UndoImportEditRequest -> ImportChange }
    "import.redoEdit"        "重做导入修改" Write EnterPupils => import::redo_edit { RedoImportEditRequest -> ImportChange }
    "import.recheck"         "重新核对"     Write EnterPupils => import::recheck { RecheckImportRequest -> ImportChange }
    "import.errorWorkbook"   "下载错误工作簿" Job EnterPupils => import::error_workbook { ErrorWorkbookRequest -> ErrorWorkbook } gives [blobId]
    "import.commit"          "提交导入"     Job   EnterPupils => import::commit { CommitImportRequest -> ImportSummary }
    "import.discard"         "放弃导入"     Write EnterPupils => import::discard { DiscardImportRequest -> ImportSummary }
    "import.doctor"          "证件号诊断"   Write EnterPupils => import::doctor { DoctorImportRequest -> DoctorImportResponse }
    "import.held"            "查看不能撤销的内容" Read EnterPupils => import::held { HeldImportRequest -> HeldImportResponse }
    "import.undo"            "撤销导入"     Job   EnterPupils => import::undo { UndoImportRequest -> UndoImportResponse }
    "import.list"            "查看导入记录" Read  EnterPupils => import::list { ListImportsRequest -> ListImportsResponse }

    "pupil.list"             "查看学生"     Read  ReadPupils => pupil::list { ListPupilsRequest -> ListPupilsResponse }
    "pupil.find"             "查找学生"     Read  ReadPupils => pupil::find { FindPupilRequest -> FindPupilResponse }
    "pupil.show"             "查看学生档案" Read  ReadPupils => pupil::show { ShowPupilRequest -> PupilPage }
    "pupil.reveal"           "查看隐私内容" Write RevealPupils => pupil::reveal { RevealPupilRequest -> RevealPupilResponse }
    "pupil.check"            "检查新生信息" Read  EnterPupils => pupil::check { CheckPupilRequest -> CheckPupilResponse }
    "pupil.create"           "录入新生"     Write EnterPupils => pupil::create { CreatePupilRequest -> EnteredPupil } takes [photoBlobId]
    "pupil.unfinished"       "查看待完成的录入" Read EnterPupils => pupil::unfinished { UnfinishedPupilsRequest -> UnfinishedPupilsResponse }
    "pupil.open"             "打开新生录入" Write EnterPupils => pupil::open { OpenPupilRequest -> OpenedPupil }
    "pupil.save"             "保存新生录入" Write EnterPupils => pupil::save { SavePupilRequest -> EnteredPupil } takes [photoBlobId]
    "pupil.edit"             "更正学生资料" Write EnterPupils => pupil::edit { EditPupilRequest -> EditPupilResponse }
    "pupil.export"           "导出学生名单" Job   ReadPupils => pupil::export { ExportPupilsRequest -> ExportedFile } gives [blobId]
    "pupil.statistics"       "统计学生"     Read  ReadPupils => pupil::statistics { PupilStatisticsRequest -> PupilStatisticsResponse }
    "pupil.submit"           "提交学生"     Write EnterPupils => pupil::submit { SubmitPupilsRequest -> StepResult }
    "pupil.delete"           "删除学生"     Write EnterPupils => pupil::delete { DeletePupilsRequest -> StepResult }
    "pupil.restore"          "恢复学生"     Write EnterPupils => pupil::restore { RestorePupilRequest -> PupilView }

    "registration.create"    "登记注册报到" Write EnterPupils => registration::create { CreateRegistrationRequest -> CreateRegistrationResponse }
    "registration.submit"    "提交注册报到" Write EnterPupils => registration::submit { SubmitRegistrationsRequest -> StepResult }
    "registration.withdraw"  "撤回注册报到" Write EnterPupils => registration::withdraw { WithdrawRegistrationsRequest -> StepResult }
    "registration.list"      "查看注册报到" Read  EnterPupils => registration::list { ListRegistrationsRequest -> ListMovesResponse }


    "transfer.request"       "申请转入"     Write EnterPupils => transfer::request { RequestTransferRequest -> MoveView }
    "transfer.release"       "同意转出"     Write EnterPupils => transfer::release { ReleaseTransferRequest -> MoveView }
    "transfer.refuse"        "不同意转出"   Write EnterPupils => transfer::refuse { RefuseTransferRequest -> MoveView }
    "transfer.withdraw"      "撤回转入申请" Write EnterPupils => transfer::withdraw { WithdrawTransferRequest -> WithdrawTransferResponse }
    "transfer.list"          "查看转入转出" Read  EnterPupils => transfer::list { ListTransfersRequest -> ListMovesResponse }

    "photo.preview"          "核对照片"     Job   EnterPupils => photo::preview { PreviewPhotosRequest -> PhotoBatch } takes [blobIds]
    "photo.items"            "查看核对的照片" Read EnterPupils => photo::items { PhotoItemsRequest -> PhotoItemsResponse }
    "photo.import"           "导入照片"     Job   EnterPupils => photo::import { ImportPhotosRequest -> ImportPhotosResponse }
    "photo.discard"          "放弃照片"     Write EnterPupils => photo::discard { DiscardPhotosRequest -> PhotoBatch }
    "photo.list"             "查看照片"     Read  EnterPupils => photo::list { ListPhotosRequest -> ListPhotosResponse }
    "photo.check"            "检查照片"     Job   EnterPupils => photo::check { CheckPhotosRequest -> CheckPhotosResponse }
    "photo.show"             "查看照片原图" Write EnterPupils => photo::show { ShowPhotoRequest -> ShowPhotoResponse }
    "photo.examine"          "检查所选照片" Read EnterPupils => photo::examine { ExaminePhotoRequest -> ExaminePhotoResponse } takes [blobId]
    "photo.replace"          "上传照片"     Job   EnterPupils => photo::replace { ReplacePhotoRequest -> ReplacePhotoResponse } takes [blobId]
    "photo.remove"           "移除照片"     Write EnterPupils => photo::remove { RemovePhotoRequest -> RemovePhotoResponse }
    "photo.recycled"         "查看照片回收站" Read EnterPupils => photo::recycled { RecycledPhotosRequest -> RecycledPhotosResponse }
    "photo.restore"          "恢复照片"     Write EnterPupils => photo::restore { RestorePhotoRequest -> RestorePhotoResponse }

    "review.list"            "查看待审申请" Read  ReviewPupils => review::list { ListReviewRequest -> ListReviewResponse }
    "review.show"            "打开待审申请" Write ReviewPupils => review::show { ShowReviewRequest -> ShowReviewResponse }
    "review.approve"         "审核通过申请" Write ReviewPupils => review::approve { ApproveReviewRequest -> StepResult }
    "review.return"          "退回申请"     Write ReviewPupils => review::return_ { ReturnReviewRequest -> StepResult }

    "order.request"          "申请制卡"     Write RequestOrders => order::request { RequestOrdersRequest -> StepResult }
    "order.approve"          "审核制卡申请" Write ReviewOrders => order::approve { ApproveOrdersRequest -> StepResult }
    "order.confirm"          "确认制卡"     Write ConfirmOrders => order::confirm { ConfirmOrdersRequest -> StepResult }
    "order.withdraw"         "撤回确认"     Write ConfirmOrders => order::withdraw { WithdrawOrdersRequest -> StepResult }
    "order.return"           "退回制卡申请" Write ReadOrders => order::return_ { ReturnOrdersRequest -> StepResult }
    "order.list"             "查看制卡订单" Read  ReadOrders => order::list { ListOrdersRequest -> ListOrdersResponse }
    "order.totals"           "合计制卡订单" Read  ReadOrders => order::totals { OrderTotalsRequest -> OrderTotalsResponse }
    "order.counts"           "统计制卡订单" Read  ReadOrders => order::counts { CountOrdersRequest -> CountOrdersResponse }
    "order.export"           "导出制卡订单" Job   ReadOrders => order::export { ExportOrdersRequest -> ExportedFile } gives [blobId]

    "order.submit"           "提交制卡申请" Write RequestOrders => order::submit { SubmitOrdersRequest -> StepResult }
    "order.retry"            "重新制卡"     Write ConfirmOrders => order::retry { RetryOrdersRequest -> StepResult }
    "order.deliver"          "发卡"         Write ReadOrders => order::deliver { DeliverOrdersRequest -> StepResult }
    "order.cancel"           "作废订单"     Write ReadOrders => order::cancel { CancelOrdersRequest -> StepResult }
    "order.show"             "查看订单"     Read  ReadOrders => order::show { ShowOrderRequest -> OrderPage }
    "order.mismatches"       "核对订单的区县和学校" Read CorrectOrders => order::mismatches { ListMismatchesRequest -> ListMismatchesResponse }
    "order.correct"          "更正订单的区县和学校" Write CorrectOrders => order::correct { CorrectOrdersRequest -> StepResult }
    "order.check"            "制卡检查"     Read  ReadOrders => order::check { CheckOrdersRequest -> CheckOrdersResponse }

    "batch.templates"        "查看制卡模板" Read  ReadBatches => batch::templates { ListTemplatesRequest -> ListTemplatesResponse }
    "batch.saveTemplate"     "保存制卡模板" Write ManageBatches => batch::save_template { SaveTemplateRequest -> CardTemplateView }
    "batch.deleteTemplate"   "删除制卡模板" Write ManageBatches => batch::delete_template { DeleteTemplateRequest -> DeleteTemplateResponse }
    "batch.preview"          "预览制卡批次" Read  ManageBatches => batch::preview { PreviewBatchRequest -> PreviewBatchResponse }
    "batch.create"           "建立制卡批次" Write ManageBatches => batch::create { CreateBatchRequest -> CreateBatchResponse }
    "batch.list"             "查看制卡批次" Read  ReadBatches => batch::list { ListBatchesRequest -> ListBatchesResponse }
    "batch.show"             "查看制卡批次" Read  ReadBatches => batch::show { ShowBatchRequest -> BatchPage }
    "batch.lines"            "查看批次明细" Read  ReadBatches => batch::lines { BatchLinesRequest -> BatchLinesResponse }
    "batch.export"           "导出制卡批次" Job   ManageBatches => batch::export { ExportBatchRequest -> ExportBatchResponse } gives [blobId]
    "batch.discard"          "放弃制卡批次" Write ManageBatches => batch::discard { DiscardBatchRequest -> BatchView }
    "batch.previewReturn"    "核对结果文件" Job   ManageBatches => batch::preview_return { PreviewReturnRequest -> ReturnReport } takes [blobId]
    "batch.return"           "读入结果文件" Job   ManageBatches => batch::return_ { ReturnBatchRequest -> ReturnReport } takes [blobId]
    "batch.fail"             "登记制卡失败" Write ManageBatches => batch::fail { FailLinesRequest -> BatchView }
    "batch.close"            "结清制卡批次" Write ManageBatches => batch::close { CloseBatchRequest -> BatchView }

    "card.find"              "查找卡片"     Read  ReadCards => card::find { FindCardRequest -> FindCardResponse }
    "card.show"              "查看卡片"     Read  ReadCards => card::show { ShowCardRequest -> CardPage }
    "card.lose"              "挂失"         Write ManageCards => card::lose { LoseCardRequest -> CardView }
    "card.restore"           "解除挂失"     Write ManageCards => card::restore { RestoreCardRequest -> CardView }
    "card.invalidate"        "作废卡片"     Write ManageCards => card::invalidate { InvalidateCardRequest -> CardView }
    "extension.list"         "查看临时增效" Read  ReadExtensions => extension::list { ListExtensionsRequest -> ListExtensionsResponse }
    "extension.add"          "添加临时增效" Write ManageExtensions => extension::add { AddExtensionsRequest -> StepResult }
    "extension.template"     "下载临时增效模板" Job ManageExtensions => extension::template { ExtensionTemplateRequest -> StagedFile } gives [blobId]
    "extension.import"       "导入临时增效" Job   ManageExtensions => extension::import { ImportExtensionsRequest -> ImportExtensionsResponse } takes [blobId]
    "extension.preview"      "预览临时增效清理" Read ReadExtensions => extension::preview { PreviewExtensionsRequest -> PreviewExtensionsResponse }
    "extension.clean"        "清理临时增效" Write ManageExtensions => extension::clean { CleanExtensionsRequest -> CleanExtensionsResponse }
    "extension.undo"         "撤销临时增效清理" Write ManageExtensions => extension::undo { UndoExtensionsRequest -> UndoExtensionsResponse }
    "extension.runs"         "查看临时增效清理记录" Read ReadExtensions => extension::runs { ListExtensionRunsRequest -> ListExtensionRunsResponse }
    "extension.records"      "查看增效记录" Read  ReadExtensions => extension::records { ListTerminalRecordsRequest -> ListTerminalRecordsResponse }

    "audit.list"             "查看审计"     Read  ReadAudit => audit::list { ListAuditRequest -> ListAuditResponse }
    "audit.export"           "导出审计"     Job   ReadAudit => audit::export { ExportAuditRequest -> ExportedFile } gives [blobId]
    "audit.verify"           "校验审计"     Read  VerifyAudit => audit::verify { VerifyAuditRequest -> VerifyAuditResponse }
    "audit.purge"            "清理审计"     Job   RunJobs => audit::purge { PurgeAuditRequest -> PurgeAuditResponse }
}

/// The operation of this name.
#[must_use]
pub fn find(name: &str) -> Option<&'static Operation> {
    OPERATIONS.iter().find(|operation| operation.name == name)
}

/// Collects TypeScript declarations of types and of what they refer to.
#[derive(Default)]
struct Types {
    config: Config,
    declared: BTreeMap<String, String>,
    /// Names that two types have: the pages would get one of them for both.
    clashes: Vec<String>,
}

impl Types {
    fn add<T: TS + 'static + ?Sized>(&mut self) -> String {
        let name = T::name(&self.config);
        self.visit::<T>();
        name
    }
}

impl TypeVisitor for Types {
    fn visit<T: TS + 'static + ?Sized>(&mut self) {
        // Types without a file of their own are built in: strings, arrays, options.
        if T::output_path().is_none() {
            T::visit_dependencies(self);
            return;
        }
        let (name, declaration) = (T::ident(&self.config), T::decl(&self.config));
        if let Some(declared) = self.declared.get(&name) {
            if *declared != declaration {
                self.clashes.push(name);
            }
            return;
        }
        self.declared.insert(name, declaration);
        T::visit_dependencies(self);
    }
}

/// Every type of the operations, and the map of these.
fn types() -> (Types, String) {
    let mut types = Types::default();
    let mut map = String::new();
    for operation in OPERATIONS {
        let (request, response) = (operation.typescript)(&mut types);
        map.push_str(&format!(
            "  {:?}: {{ req: {request}; res: {response} }};\n",
            operation.name
        ));
    }
    (types, map)
}

/// The text of `ui/src/api.gen.ts`: every type and the map of operations.
#[must_use]
pub fn typescript() -> String {
    let (types, map) = types();
    let mut text = String::from(
        "// Generated from the Rust types by `cargo test -p ekatong-core`; do not edit.\n\n",
    );
    for declaration in types.declared.values() {
        text.push_str("export ");
        text.push_str(declaration);
        text.push('\n');
    }
    text.push_str("\nexport type Ops = {\n");
    text.push_str(&map);
    text.push_str("};\n");
    text
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    /// Names of all fields in a schema, and in what it refers to, that name staged files.
    fn staged(of: fn(&mut SchemaGenerator) -> Schema) -> BTreeSet<String> {
        let mut generator = SchemaGenerator::default();
        let schema = of(&mut generator).to_value();
        let mut open = vec![schema, Value::Object(generator.take_definitions(true))];
        let mut found = BTreeSet::new();
        while let Some(value) = open.pop() {
            match value {
                Value::Object(map) => {
                    for (key, value) in map {
                        if let ("properties", Value::Object(fields)) = (key.as_str(), &value) {
                            let names = fields.keys().map(|name| (name, name.to_lowercase()));
                            found.extend(
                                names
                                    .filter(|(_, lower)| {
                                        lower.ends_with("blobid") || lower.ends_with("blobids")
                                    })
                                    .map(|(name, _)| name.clone()),
                            );
                        }
                        open.push(value);
                    }
                }
                Value::Array(items) => open.extend(items),
                Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
            }
        }
        found
    }

    #[test]
    fn no_two_types_share_a_name() {
        assert_eq!(types().0.clashes, Vec::<String>::new());
    }

    #[test]
    fn staged_files_are_declared_as_the_types_have_them() {
        let set = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect();
        for operation in OPERATIONS {
            assert_eq!(
                staged(operation.request_schema),
                set(operation.takes),
                "{} takes",
                operation.name
            );
            assert_eq!(
                staged(operation.response_schema),
                set(operation.gives),
                "{} gives",
                operation.name
            );
        }
        // The walk does find fields, or nothing would be compared.
        assert!(
            OPERATIONS
                .iter()
                .any(|operation| !operation.takes.is_empty())
        );
        assert!(
            OPERATIONS
                .iter()
                .any(|operation| !operation.gives.is_empty())
        );
    }
}
