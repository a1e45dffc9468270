//! Fields that lists and pages mask (rules §6): shown in clear only with a reason, or exported by permission.

words! {
    /// A masked field.
    pub enum MaskedField {
        /// 证件号码.
        Paper = "paper", "证件号码";
        /// 出生日期.
        BirthDate = "birthDate", "出生日期";
        /// 学籍号.
        StudentNumber = "studentNumber", "学籍号";
        /// 家庭住址.
        Address = "address", "家庭住址";
        /// 家长手机.
        Phones = "phones", "家长手机";
        /// 家长证件号码.
        GuardianPapers = "guardianPapers", "家长证件号码";
        /// 家长银行卡号.
        BankCards = "bankCards", "家长银行卡号";
    }
}
