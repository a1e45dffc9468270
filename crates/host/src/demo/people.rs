//! Made-up people: names, ID numbers with right check digits, phones, addresses.

use std::collections::HashMap;

use chrono::{Duration, NaiveDate};
use ekatong_core::domain::paper::check_character;

use super::rng::Rng;

/// Common surnames; those at the front are drawn more often.
const SURNAMES: &[&str] = &[
    "王", "李", "张", "刘", "陈", "杨", "赵", "黄", "周", "吴", "徐", "孙", "胡", "朱", "高", "林",
    "何", "郭", "马", "罗", "梁", "宋", "郑", "谢", "韩", "唐", "冯", "于", "董", "萧", "程", "曹",
    "袁", "邓", "许", "傅", "沈", "曾", "彭", "吕", "苏", "卢", "蒋", "蔡", "贾", "丁", "魏", "薛",
    "叶", "阎", "余", "潘", "杜", "戴", "夏", "钟", "汪", "田", "任", "姜", "范", "方", "石", "姚",
    "谭", "廖", "邹", "熊", "金", "陆", "郝", "孔", "白", "崔", "康", "毛", "邱", "秦", "江", "史",
    "顾", "侯", "邵", "孟", "龙", "万", "段", "雷", "钱", "汤", "尹", "黎", "易", "常", "武", "乔",
    "贺", "赖", "龚", "文", "欧阳", "司马", "诸葛", "上官",
];
const FIRST: &[&str] = &[
    "子", "梓", "思", "雨", "欣", "宇", "浩", "佳", "若", "一", "嘉", "晨", "俊", "诗", "天", "语",
    "奕", "沐", "书", "逸", "安", "清", "云", "知", "景", "亦", "可", "明", "博", "文", "泽", "星",
    "乐", "念", "予", "南", "苏", "锦",
];
const SECOND: &[&str] = &[
    "涵", "轩", "萱", "宁", "泽", "怡", "辰", "悦", "豪", "琪", "彤", "然", "睿", "妍", "航", "瑶",
    "阳", "菲", "杰", "雯", "铭", "桐", "霖", "薇", "哲", "晴", "远", "岚", "昊", "舒", "帆", "溪",
    "朗", "禾", "川", "月", "舟", "芷",
];
const PARENT: &[&str] = &[
    "伟", "芳", "娜", "敏", "静", "强", "磊", "洋", "艳", "勇", "军", "杰", "娟", "涛", "超", "霞",
    "平", "刚", "丽", "斌", "燕", "辉", "玲", "建国", "志强", "晓东", "秀英", "文博", "海燕",
    "春梅", "国栋", "雪梅", "立新", "红霞",
];
const ROADS: &[&str] = &[
    "云杉", "青禾", "白鹭", "望湖", "采莲", "竹辉", "星塘", "葑谊", "枫桥", "澄阳", "鲈乡", "亭林",
];
/// Children who moved here: places outside the city.
const ELSEWHERE: &[&str] = &[
    "341202", "321002", "411502", "330106", "360102", "510104", "420106", "370102",
];

/// Days of a cohort; sequence numbers of a day.
const DAYS: u64 = 365;
const NUMBERS: u64 = 999;

/// Makes people, each ID number once.
#[derive(Debug)]
pub(crate) struct People {
    /// Numbers given out, by first six digits and first year of the cohort.
    given: HashMap<(String, i32), u64>,
    shift: u64,
}

/// A child.
pub(crate) struct Child {
    pub(crate) name: String,
    pub(crate) number: String,
    pub(crate) birth: NaiveDate,
    pub(crate) male: bool,
}

impl People {
    pub(crate) fn new(rng: &mut Rng) -> Self {
        Self {
            given: HashMap::new(),
            shift: rng.next(),
        }
    }

    /// A child of a grade: born in the twelve months that the grade expects.
    pub(crate) fn child(
        &mut self,
        rng: &mut Rng,
        district: &str,
        districts: &[&str],
        year: i32,
        grade: u8,
    ) -> Option<Child> {
        let origin = if rng.percent(80) {
            district
        } else if rng.percent(75) {
            rng.pick(districts)?
        } else {
            rng.pick(ELSEWHERE)?
        };
        // Expected age on 31 August of the leaving year = grade + 6 (rules §2).
        let cohort = year - i32::from(grade) - 6;
        let (birth, sequence) = self.next(origin, cohort)?;
        let first = format!("{origin}{}{sequence:03}", birth.format("%Y%m%d"));
        let check = check_character(&first)?;
        let given = if rng.percent(12) {
            rng.pick(SECOND)?.to_owned()
        } else {
            format!("{}{}", rng.pick(FIRST)?, rng.pick(SECOND)?)
        };
        Some(Child {
            name: format!("{}{given}", surname(rng)?),
            number: format!("{first}{check}"),
            birth,
            male: sequence % 2 == 1,
        })
    }

    /// The next free birth day and sequence number. Both run through all of theirs
    /// before one comes again, as the factors have no divisor in common with them.
    fn next(&mut self, origin: &str, cohort: i32) -> Option<(NaiveDate, u64)> {
        let count = self.given.entry((origin.to_owned(), cohort)).or_default();
        let number = *count;
        *count += 1;
        let shift = self.shift % DAYS;
        let day = (number * 7919 + shift) % DAYS;
        let round = number / DAYS;
        // The day stirs the sequence, so that the children of a class differ in gender.
        let sequence = 1 + (round * 389 + day * 7 + self.shift % 101) % NUMBERS;
        let first = NaiveDate::from_ymd_opt(cohort, 9, 1)?;
        Some((first + Duration::days(i64::try_from(day).ok()?), sequence))
    }
}

fn surname(rng: &mut Rng) -> Option<&'static str> {
    // Half of the people share the first twenty surnames.
    if rng.percent(50) {
        rng.pick(SURNAMES.get(..20)?)
    } else {
        rng.pick(SURNAMES)
    }
}

/// Relation (GB/T 4761), name and phone of a guardian; the father has the child's surname.
pub(crate) fn guardian(rng: &mut Rng, child: &str) -> Option<(&'static str, String, String)> {
    let father = rng.percent(48);
    let (relation, family) = if father {
        ("51", child.chars().next().map(String::from)?)
    } else {
        ("52", surname(rng)?.to_owned())
    };
    let name = format!("{family}{}", rng.pick(PARENT)?);
    let phone = format!("1{}{:09}", 3 + rng.below(7), rng.below(1_000_000_000));
    Some((relation, name, phone))
}

/// A home address of a district.
pub(crate) fn address(rng: &mut Rng, district: &str) -> Option<String> {
    let road = rng.pick(ROADS)?;
    let (house, block, room) = (
        1 + rng.below(398),
        1 + rng.below(30),
        101 + rng.below(18) * 100 + rng.below(4),
    );
    Some(format!("{district}{road}路{house}号{block}幢{room}室"))
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    #[test]
    fn numbers_are_right_and_come_once() {
        let mut rng = Rng::new(7);
        let mut people = People::new(&mut rng);
        let mut seen = HashSet::new();
        let mut boys = 0;
        for _ in 0..60_000 {
            let child = people
                .child(&mut rng, "320508", &["320508", "320505"], 2026, 7)
                .unwrap();
            assert_eq!(child.number.len(), 18);
            assert!(seen.insert(child.number.clone()), "{}", child.number);
            assert!(child.birth >= NaiveDate::from_ymd_opt(2013, 9, 1).unwrap());
            assert!(child.birth < NaiveDate::from_ymd_opt(2014, 9, 1).unwrap());
            boys += u32::from(child.male);
        }
        assert!((24_000..36_000).contains(&boys), "{boys}");
    }
}
