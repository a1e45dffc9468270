//! Chinese text of every code: what is wrong and what to do.
//!
//! The match is exhaustive on purpose: a code without a text does not compile.
//! A text stands on its own, holds no code and no English, and blames nobody.

use super::code::Code;

/// The general text of a code; call sites replace it where they can name the case.
#[must_use]
pub const fn text(code: Code) -> &'static str {
    match code {
        Code::RequestInvalid => "请求的内容不完整或格式不对，请刷新页面后重试。",
        Code::OperationUnknown => "没有这项功能，客户端与服务器的版本可能不一致，请更新后重试。",
        Code::NotFound => "找不到该记录，可能已被删除，或不在您的管理范围内。",
        Code::Forbidden => "您没有进行这项操作的权限，请联系上级管理员。",
        Code::VersionConflict => "这条记录已被他人修改，请查看最新内容后再保存。",
        Code::IdempotencyMismatch => "同一次提交的内容前后不一致，请刷新页面后重新提交。",
        Code::Busy => "系统正忙，请稍候再试。",
        Code::Cancelled => "已取消，未作任何更改。",
        Code::SessionRequired => "尚未登录或登录已过期，请重新登录。",
        Code::SessionLocked => "长时间未操作，窗口已锁定，请输入密码继续。",
        Code::SignInRefused => "账号或密码不正确，请重新输入。",
        Code::SignInLocked => "登录失败次数过多，已暂时锁定，请 15 分钟后再试。",
        Code::PasswordMustChange => "请先修改密码，再继续使用。",
        Code::LoginInvalid => "账号应为 3–32 个字符，只能用小写字母、数字和 . _ -。",
        Code::LoginTaken => "该账号已被使用，请换一个。",
        Code::PasswordTooShort => "密码太短，请至少使用 10 个字符。",
        Code::PasswordTooSimple => "密码太简单，请至少包含大写字母、小写字母、数字、符号中的三类。",
        Code::PasswordCommon => "密码过于常见或含有账号，请换一个。",
        Code::PasswordReused => "不能使用最近用过的密码，请换一个。",
        Code::RoleScopeMismatch => "角色与管理范围不匹配，请重新选择范围。",
        Code::AccountProtected => "不能停用或重置自己的账户，也不能停用最后一个市级管理员。",
        Code::RoleRequired => "账户至少要有一个角色，请选择角色。",
        Code::DistrictCodeInvalid => "区县代码应为 6 位数字，前两位是省级代码，请核对。",
        Code::DistrictTaken => "该区县代码已存在，请核对。",
        Code::DistrictUnknown => "没有这个区县，请从列表中选择。",
        Code::SchoolCodeInvalid => {
            "学校代码应为 10 位数字；尚无正式代码的新校可用 4–20 位字母和数字作临时代码。"
        }
        Code::SchoolCodeTaken => "该学校代码已被使用，请核对。",
        Code::SchoolCodeKindMismatch => "学校代码的前两位与办学类型不一致，请核对。",
        Code::SchoolKindInvalid => "办学类型不正确，请从列表中选择。",
        Code::SchoolKindSenior => "高级中学不在本系统的管理范围内，请核对办学类型。",
        Code::SchoolUnknown => "没有这所学校，请从列表中选择。",
        Code::SchoolKindInUse => {
            "学校已有新办学类型所没有的年级、班级或学生，请先处理后再更改办学类型。"
        }
        Code::SchoolYearInvalid => "学年的格式不对，请写成 2026-2027 这样。",
        Code::SchoolYearOutOfReach => "只能新建本学年或下一学年的班级，请重新选择学年。",
        Code::NameInvalid => "名称不能为空，也不能超过 50 个字，请修改。",
        Code::TextEmpty => "没有填写内容，请填写。",
        Code::TextTooLong => "文字太长，请缩短。",
        Code::GradeInvalid => "年级请填数字 1-9（七年级填 7）。",
        Code::GradeUnknown => "学校没有这个年级，请核对年级或先补齐年级阶梯。",
        Code::ClassInvalid => "班级序号应为 1–99 的整数，请核对。",
        Code::ClassNumbersEmpty => "请至少填写一个班级序号。",
        Code::ClassNumberTaken => "该年级已有这个班级序号，请换一个。",
        Code::ClassUnknown => "该年级没有这个班级，请核对班级序号。",
        Code::ClassClosed => "该班级已关闭，请选择其他班级。",
        Code::ClassNotEmpty => "班级里还有学生，请先将学生调出。",
        Code::SettingUnknown => "没有这项设置，请从列表中选择。",
        Code::SettingInvalid => "设置的值超出允许范围，请修改。",
        Code::PaperMissing => "证件号码未填，请填写。",
        Code::PaperKindUnknown => "证件类型不正确，请从列表中选择。",
        Code::PaperKindNotInBulk => "批量导入只收居民身份证，其他证件请使用单个录入。",
        Code::PaperLength => "居民身份证号码应为 18 位，请核对。",
        Code::PaperOld15 => "15 位身份证号码已停用，请填写 18 位号码。",
        Code::PaperCharacter => "证件号码中有不该出现的字符，请核对。",
        Code::PaperRegion => "证件号码开头的省级代码不存在，请核对。",
        Code::PaperCountyUnknown => "证件号码的县级代码不在代码表中，不影响使用，请留意核对。",
        Code::PaperDate => "证件号码中的出生日期不存在，请核对。",
        Code::PaperDateRange => "证件号码中的出生日期早于 1900 年或晚于今天，请核对。",
        Code::PaperCheck => "证件号码的校验位不对，请对照证件核对每一位数字。",
        Code::PaperPrecision => {
            "证件号码被 Excel 当作数字保存，末尾几位已丢失。请先将单元格设为文本格式，再重新输入完整号码。"
        }
        Code::PaperTrailingZeros => "证件号码以 000 结尾，可能被 Excel 改动过，请对照证件核对。",
        Code::PaperLookalike => "末位是外观像 X 的其他字母，已按 X 处理，请核对。",
        Code::Normalised => "已规范化：去掉了多余的空格和符号，字母和数字改为规范写法。",
        Code::PaperFormula => "证件号码不能用公式得出，请直接输入号码。",
        Code::PaperForm => "证件号码的格式与证件类型不符，请核对。",
        Code::NationalityInvalid => "国籍请填 3 个大写字母的国家代码。",
        Code::PupilNameMissing => "姓名未填，请填写。",
        Code::PupilNameLength => "姓名应为 2–50 个字，请核对。",
        Code::PupilNameCharacter => "姓名中只能有汉字、字母、空格和间隔号 ·，请改正。",
        Code::PupilNameLost => "姓名中有问号或乱码，疑似生僻字丢失，请重新输入。",
        Code::PupilDuplicate => "该学生已登记，请勿重复录入。",
        Code::PupilNearMatch => {
            "另有一名学生的姓名、出生日期和家长电话都相同，证件号码不同，疑似重复，请核对。"
        }
        Code::PupilIncomplete => "资料还不完整，没有提交。请补填性别、出生日期和家长电话后再提交。",
        Code::PupilDeleted => "该学生的记录已被删除，请恢复原记录，不要重新录入。",
        Code::PupilNotYet => "那一天还没有这名学生的记录，请选择以后的日期。",
        Code::PupilPartLocked => "这一项现在不能由您更正，请联系区级管理员。",
        Code::PupilHeld => "该学生有正在办理的事项，请先处理，再删除。",
        Code::PupilLeaver => "该学生是小学毕业生，请使用注册报到，不要作为新生录入。",
        Code::PupilElsewhere => "该学生在其他学校就读，请提出转入申请。",
        Code::RegistrationNotFound => {
            "没有找到这名学生，请核对证件号码；没有小学记录的学生请使用新生录入。"
        }
        Code::RegistrationNotLeaver => "该学生不是小学毕业生，不能注册报到，请使用转入申请。",
        Code::RegistrationTaken => "该学生已注册报到或正在办理转学，请勿重复办理。",
        Code::RegistrationHere => "该学生已在本校，不用注册报到。",
        Code::RegistrationGrade => "注册报到的年级请填 7-9。",
        Code::RegistrationName => "姓名与原记录不同，请核对；可以继续，由区里审核。",
        Code::MoveUnknown => "没有这条记录，可能已被撤回，或不在您的管理范围内。",
        Code::MoveState => "当前的状态不能进行这一步，请刷新后查看。",
        Code::PupilUnknown => "没有这名学生，可能已被删除，或不在您的管理范围内。",
        Code::GenderInvalid => "性别请填 1 或 2（1 男，2 女）。",
        Code::GenderMissing => "性别未填，请选择。",
        Code::BirthDateMissing => "出生日期未填，请填写。",
        Code::BirthDateInvalid => {
            "出生日期不正确，请写成 2014-09-01 这样，应在 1900 年以后、今天以前。"
        }
        Code::GenderMismatch => "性别与身份证号码第 17 位不一致，请核对。",
        Code::GenderDerived => "性别未填，已按身份证号码填入。",
        Code::AgeOff => "年龄与年级相差超过两岁，请核对出生日期和年级。",
        Code::StudentNumberInvalid => "学籍号的格式不对，请核对：应为 19 位，以 G、J 或 L 开头。",
        Code::StudentNumberMismatch => "学籍号与身份证号码不一致，请核对。",
        Code::GuardianNameMissing => "家长姓名未填，请填写。",
        Code::RelationMissing => "家长关系未填，请选择。",
        Code::RelationUnknown => {
            "家长关系不正确，请填父亲、母亲、祖父、祖母、外祖父、外祖母、其他亲属等。"
        }
        Code::PhoneMissing => "家长手机未填，请填写。",
        Code::PhoneInvalid => "手机号码应为 11 位数字，以 1 开头，请核对。",
        Code::PhoneNotMobile => "这不是国内手机号码，收不到短信，请确认能联系到家长。",
        Code::BankCardInvalid => "银行卡号应为 12–19 位数字，请核对。",
        Code::BankCardCheck => "银行卡号的校验位不对，请对照银行卡核对。",
        Code::ApplicationSubmitted => "该申请已提交，不能再修改；如需修改，请联系区级管理员退回。",
        Code::ApplicationUnknown => "没有这份申请，可能已被撤销，或不在您的管理范围内。",
        Code::ApplicationState => "申请当前的状态不能进行这一步，请刷新后查看。",
        Code::PupilStatus => "学生当前的状态不能进行这一步，请刷新后查看。",
        Code::FileKind => "文件不是可读取的工作簿，或内容与扩展名不符，请另存为 .xlsx 后重试。",
        Code::FileUnreadable => "文件打不开，请核对它的位置和读取权限，再重新选择。",
        Code::FileChanged => "文件在读取时被修改了，请先保存并关闭它，再重新选择。",
        Code::FileDamaged => "文件已损坏，请在 Excel 中打开并另存为 .xlsx 后重试。",
        Code::FileEncrypted => "文件设有打开密码，请取消密码后重新保存。",
        Code::FileTooLarge => "文件太大，请删去图片和多余的工作表，或分成几个文件。",
        Code::FileTooManyRows => "行数超过上限，请分成几个文件。",
        Code::FileUnsafe => "文件中有不安全的内容，请在 Excel 中打开并另存为 .xlsx 后重试。",
        Code::FileNotWritten => "文件没有保存，请检查位置、权限和剩余空间后再试。",
        Code::HostRefused => "数据打不开，请联系运维。",
        Code::FileEmpty => "没有可导入的数据行，请在标题行下面填写。",
        Code::SheetNotFound => "找不到标题行，请使用下载的模板，不要改动标题。",
        Code::SheetAmbiguous => "有两个工作表都可以导入，请只保留一个。",
        Code::SheetHidden => "数据在隐藏的工作表中，已照常读取。",
        Code::ColumnMissing => "缺少必填的列，请使用下载的模板。",
        Code::ColumnOptionalMissing => "缺少选填的列，按未填处理。",
        Code::ColumnTwice => "同一标题出现了两次，请删去一列。",
        Code::ColumnIgnored => "有不属于模板的列，未读取。",
        Code::TemplateOld => "模板已更新，请重新下载。",
        Code::HiddenRead => "文件中有隐藏的行或列，已照常读取。",
        Code::CellMerged => "数据区不能有合并单元格，请取消合并后逐行填写。",
        Code::CellFormulaEmpty => {
            "单元格里的公式没有结果，请在 Excel 中打开并保存一次，或直接输入内容。"
        }
        Code::CellError => "单元格显示的是错误值，请改正或直接输入内容。",
        Code::HeadingRepeated => "数据中又出现了标题行，已跳过。",
        Code::RowGradeInvalid => "年级请填数字 1-9（七年级填 7）。",
        Code::RowClassInvalid => "班级请填序号 1-99（3 班填 3）。",
        Code::RowRepeated => "与前面的行完全相同，只算第一行，请删去重复的行。",
        Code::RowConflict => "同一证件号码出现在几行中，内容不同，请只保留正确的一行。",
        Code::ImportUnknown => "没有这次导入的记录，可能已被清理。",
        Code::ImportClosed => "这次导入已经提交、撤销或放弃，不能再更改。",
        Code::ImportHasErrors => "还有错误的行，请先改正，或选择只提交正确的行。",
        Code::ImportNothingValid => "没有可以提交的行，请先改正错误。",
        Code::ImportCellUnknown => "找不到要修改的单元格，或该行已经导入，请刷新页面后再改。",
        Code::ImportNoEdit => "没有可以撤回或重做的修改。",
        Code::ImportHeld => "部分内容已有后续办理，不能撤销；可以保留它们，只撤销其余部分。",
        Code::RowUnmatched => "这一行不属于这次导入，没有读取。新增的行请用模板另做一个文件导入。",
        Code::StorageFull => "磁盘空间不足，未写入任何数据，请腾出空间后重试。",
        Code::BlobUnknown => "文件已过期，请重新选择文件。",
        Code::CardNumberInvalid => "卡号只能由字母和数字组成，请核对。",
        Code::CardNumberPrecision => {
            "卡号被 Excel 当作数字保存，可能已丢失开头的 0 或末尾几位，请设为文本格式后重新填写。"
        }
        Code::CardNumberTaken => "这个卡号已用于另一张卡，请与制卡单位核对。",
        Code::CardUnknown => "没有这张卡，可能不在您的管理范围内。",
        Code::CardState => "卡当前的状态不能进行这一步，请刷新后查看。",
        Code::OrderCardValid => "该学生已有卡，请改用补办或换卡。",
        Code::OrderOldCardUnknown => "没有该学生原卡的记录，已按没有原卡办理。",
        Code::OrderGenderMissing => "性别未填，请在学生档案中补上。",
        Code::OrderDistrictEmpty => "区县代码为空，请核对学校所属的区县。",
        Code::OrderSchoolDistrict => "学校不属于订单的区县，请作废后重新申请。",
        Code::OrderInBatch => "已在另一个未结清的批次中，请先处理那一个批次。",
        Code::OrderFits => "订单的区县和学校与登记一致，没有更改。",
        Code::BatchUnknown => "没有这个批次，可能不在您的管理范围内。",
        Code::BatchState => "批次当前的状态不能进行这一步，请刷新后查看。",
        Code::BatchNothingReady => "没有可以制卡的订单，请先处理列出的问题。",
        Code::BatchTooMany => "订单太多，请缩小范围后分几个批次。",
        Code::BatchDistricts => "一个批次只能包含一个区县的订单，请先选择区县。",
        Code::BatchFieldEmpty => "制卡文件中这一列没有内容，请补充学生资料，或在模板中改为可空。",
        Code::BatchCodeMissing => "模板的代码表中没有这个值，请在模板中补上。",
        Code::BatchPhotoName => "照片的文件名不能用或与别人相同，请核对，或在模板中换一种文件名。",
        Code::BatchFileSmall => "生成的文件太小，不能交给制卡单位，请核对后重新导出。",
        Code::BatchFileWrong => "生成的文件与订单不一致，没有导出，请联系运维。",
        Code::BatchNotSettled => "还有订单没有制卡结果，不能结清，请先读入结果文件或登记制卡失败。",
        Code::TemplateInvalid => "模板不完整，请按提示修改。",
        Code::TemplateUnknown => "没有这个模板，请从列表中选择。",
        Code::TemplateNameTaken => "本区已有同名的模板，请换一个名称。",
        Code::ResultLineUnknown => "本批次没有这张订单，请核对是否选错了批次或文件。",
        Code::ResultLineMissing => "没有写明是哪一张订单，请填写制卡编号。",
        Code::ResultMismatch => "姓名或证件号码与订单不一致，请与制卡单位核对。",
        Code::ResultWordUnknown => "看不懂这个制卡结果，请改成模板中的写法。",
        Code::ResultCardMissing => "制卡成功却没有卡号，请补上卡号。",
        Code::ResultConflict => "这张订单已有不同的制卡结果，没有更改，请与制卡单位核对。",
        Code::ResultDateInvalid => "日期不正确，请写成 2027-08-31 这样，且不早于制卡之日。",
        Code::ResultHasErrors => "还有错误的行，请先改正文件，或选择只写入正确的行。",
        Code::ExtensionOpen => "该学生已在临时增效名单中，不用再加。",
        Code::ExtensionName => "姓名与登记的不一致，请核对姓名和证件号码。",
        Code::ExtensionRunUnknown => "没有这次清理的记录，可能不在您的管理范围内。",
        Code::ExtensionRunClosed => "这次清理已经撤销，或已超过 30 天，不能再撤销。",
        Code::OrderUnknown => "没有这张订单，可能不在您的管理范围内。",
        Code::OrderOpen => "该学生已有一张未完成的订单，请先处理那一张。",
        Code::OrderState => "订单当前的状态不能进行这一步，请刷新后查看。",
        Code::ReasonRequired => "请填写原因。",
        Code::PhotoMissing => "还没有照片，请在制卡前补上。",
        Code::PhotoNameInvalid => "照片文件名里没有可用的号码，请改成证件号码或学籍号。",
        Code::PhotoEmpty => "文件是空的（0 字节），请重新复制这张照片。",
        Code::PhotoTooSmall => "文件不到 1 KB，不会是照片，请重新复制或重新拍摄。",
        Code::PhotoSmall => "文件不到 5 KB，可能不清晰，请看一看。",
        Code::PhotoTooLarge => "照片文件超过 20 MB，请在相机或看图软件里缩小后再导入。",
        Code::PhotoTooManyPixels => "照片的像素太多，请在看图软件里缩小后再导入。",
        Code::PhotoNotImage => "不是可用的照片，只收 JPEG 和 PNG，请另存后再导入。",
        Code::PhotoExtension => "文件名的后缀与内容不一致，已按内容读取。",
        Code::PhotoTruncated => "照片不完整，后半截丢失了，请重新复制。",
        Code::PhotoDamaged => "照片已损坏，打不开，请重新复制或重新拍摄。",
        Code::PhotoFewPixels => "照片的像素太少，印出来看不清，请换一张大一些的。",
        Code::PhotoShape => "照片的形状不像证件照，请裁剪成竖的证件照。",
        Code::PhotoBlank => "照片几乎是一片同样的颜色，看不到人，请换一张。",
        Code::PhotoScaled => "照片太大，已自动缩小。",
        Code::PhotoSameImage => "这张照片与另一名学生的照片是同一张，请核对是谁的。",
        Code::PhotoSeveral => "这名学生有几张不同的照片，请选择一张。",
        Code::PhotoRepeated => "同一张照片出现了两次，只算第一张。",
        Code::PhotoDiffers => "与现有的照片不同，请选择用哪一张。",
        Code::PhotoNoPupil => "本校没有这个号码的学生，请核对文件名和学校。",
        Code::PhotoAmbiguous => "有两名学生登记了这个号码，请用证件号码作文件名。",
        Code::PhotoChanged => "核对之后这名学生或现有的照片有变动，没有导入，请重新核对。",
        Code::PhotoLost => "照片文件丢失或损坏，请重新上传。",
        Code::PhotoUnknown => "没有这张照片，可能已从回收站清除。",
        Code::PhotoBatchUnknown => "这次核对的内容已被清理，请重新选择照片。",
        Code::PhotoBatchClosed => "这批照片已经导入或放弃，请重新选择照片。",
        Code::PhotoNoFolder => "没有设置存放照片的文件夹，请联系运维设置后再试。",
        Code::DateRangeInvalid => "日期不正确，或结束日期早于开始日期，请重新选择。",
        Code::TextTooBroad => "符合的学生太多，请输入更完整的姓名或证件号码。",
        Code::SelectionEmpty => "没有选中任何记录，请先选择。",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Latin words a clerk knows from the paper or the program in front of them.
    const KNOWN: &[&str] = &[
        "Excel", "xlsx", "KB", "MB", "JPEG", "PNG", "X", "G", "J", "L", "E",
    ];

    #[test]
    fn every_code_has_a_plain_chinese_text() {
        for &code in Code::ALL {
            let text = text(code);
            assert!(
                text.chars().any(|c| ('\u{4E00}'..='\u{9FFF}').contains(&c)),
                "{} has no Chinese text",
                code.as_str()
            );
            for word in text.split(|c: char| !c.is_ascii_alphabetic()) {
                assert!(
                    word.is_empty() || KNOWN.contains(&word),
                    "{}: {word:?} in {text:?}",
                    code.as_str()
                );
            }
            assert!(!text.contains("操作失败"), "{} says nothing", code.as_str());
            assert!(text.ends_with('。'), "{}: {text:?}", code.as_str());
        }
    }
}
