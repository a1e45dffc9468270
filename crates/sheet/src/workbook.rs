//! The workbook part: its sheets, its epoch, and where its other parts are.

use std::collections::HashMap;

use ekatong_core::import::cells::SheetInfo;

use crate::fault::{self, Fault};
use crate::package::{Node, Package, Xml, attributes, local, resolve, truth, unescaped};

/// What the workbook part tells.
pub(crate) struct Outline {
    /// Worksheets in the order of their tabs.
    pub(crate) sheets: Vec<SheetInfo>,
    /// Part of each worksheet; `None` when the package lacks it.
    pub(crate) parts: Vec<Option<usize>>,
    /// True when day 0 is 1904-01-01.
    pub(crate) epoch_1904: bool,
    /// Part of the shared strings.
    pub(crate) strings: Option<usize>,
    /// Part of the styles.
    pub(crate) styles: Option<usize>,
    /// Part of the workbook itself.
    pub(crate) workbook: usize,
}

struct Relationship {
    /// Last step of the type's address, which is the same in the transitional
    /// and the strict form of the standard.
    kind: String,
    target: String,
}

impl Outline {
    /// # Errors
    /// `file.damaged`, `file.unsafe`, `file.too_large`, `file.encrypted`.
    pub(crate) fn read(package: &mut Package) -> Result<Self, Fault> {
        let root = relationships(package, "_rels/.rels", "")?;
        let workbook = root
            .values()
            .find(|r| r.kind == "officeDocument")
            .map(|r| r.target.clone())
            .ok_or_else(|| fault::damaged("缺少工作簿"))?;
        let (folder, file) = workbook.rsplit_once('/').unwrap_or(("", &workbook));
        let links = relationships(
            package,
            &resolve(folder, &format!("_rels/{file}.rels")),
            folder,
        )?;
        let part = package
            .find(&workbook)
            .ok_or_else(|| fault::damaged("缺少工作簿"))?;
        let part_of = |package: &Package, kind: &str| {
            let link = links.values().find(|r| r.kind == kind)?;
            package.find(&link.target)
        };
        let mut outline = Self {
            sheets: Vec::new(),
            parts: Vec::new(),
            epoch_1904: false,
            strings: part_of(package, "sharedStrings"),
            styles: part_of(package, "styles"),
            workbook: part,
        };
        let mut listed = Vec::new();
        package.walk(part, "工作簿", |xml| outline.walk(xml, &mut listed))?;
        for (info, id) in listed {
            // Charts and dialogs have tabs too, but no cells.
            let Some(link) = links.get(&id).filter(|r| r.kind == "worksheet") else {
                continue;
            };
            outline.parts.push(package.find(&link.target));
            outline.sheets.push(info);
        }
        Ok(outline)
    }

    fn walk(
        &mut self,
        xml: &mut Xml<'_>,
        listed: &mut Vec<(SheetInfo, String)>,
    ) -> Result<(), Fault> {
        let mut depth = 0_u32;
        loop {
            match xml.next()? {
                Node::Open(tag) => {
                    depth = depth.saturating_add(1);
                    match local(&tag) {
                        "workbookPr" => {
                            if let Some((_, value)) = attributes(&tag).find(|a| a.0 == "date1904") {
                                self.epoch_1904 = truth(value);
                            }
                        }
                        "sheet" if depth == 3 => {
                            let mut info = SheetInfo {
                                name: String::new(),
                                visible: true,
                            };
                            let mut id = String::new();
                            for (key, value) in attributes(&tag) {
                                match key {
                                    "name" => info.name = unescaped(value),
                                    "state" => {
                                        info.visible = !matches!(value, "hidden" | "veryHidden")
                                    }
                                    key if key.ends_with(":id") => id = unescaped(value),
                                    _ => {}
                                }
                            }
                            listed.push((info, id));
                        }
                        _ => {}
                    }
                }
                Node::Close => depth = depth.saturating_sub(1),
                Node::Text(_) | Node::Other => {}
                Node::End if depth > 0 => return Err(xml.damaged()),
                Node::End => return Ok(()),
            }
        }
    }
}

fn relationships(
    package: &mut Package,
    name: &str,
    folder: &str,
) -> Result<HashMap<String, Relationship>, Fault> {
    let part = package
        .find(name)
        .ok_or_else(|| fault::damaged("缺少部件关系"))?;
    package.walk(part, "部件关系", |xml| {
        let mut all = HashMap::new();
        loop {
            match xml.next()? {
                Node::Open(tag) if local(&tag) == "Relationship" => {
                    let (mut id, mut kind, mut target, mut external) =
                        (String::new(), "", String::new(), false);
                    for (key, value) in attributes(&tag) {
                        match key {
                            "Id" => id = unescaped(value),
                            "Type" => kind = value.rsplit('/').next().unwrap_or_default(),
                            "Target" => target = resolve(folder, &unescaped(value)),
                            "TargetMode" => external = value == "External",
                            _ => {}
                        }
                    }
                    if !external {
                        let kind = kind.to_owned();
                        all.insert(id, Relationship { kind, target });
                    }
                }
                Node::Open(_) | Node::Close | Node::Text(_) | Node::Other => {}
                Node::End => return Ok(all),
            }
        }
    })
}
