// Blocks from the clipboards of Excel, WPS and LibreOffice.
import { expect, test } from "vitest";
import { parseBlock } from "../paste";

test.each([
  ["one cell", "7", [["7"]]],
  ["one cell of Excel, with its line end", "7\r\n", [["7"]]],
  ["a block", "王梓涵\t7\r\n李宇轩\t8\r\n", [["王梓涵", "7"], ["李宇轩", "8"]]],
  ["empty cells in all places", "\t7\t\n\n\t\t\n", [["", "7", ""], [""], ["", "", ""]]],
  ["spaces around are dropped, inside are kept", " 3 \t姑苏区 1 号 \n", [["3", "姑苏区 1 号"]]],
  ["a line break inside a cell", '"梧桐路\n1 号"\t7\n', [["梧桐路 1 号", "7"]]],
  ["quotes beside a line break", '"他说""好""\r\n的"\t1', [['他说"好" 的', "1"]]],
  ["quotes of the person", '"启航"班\t"7"\n', [['"启航"班', '"7"']]],
  ["a quote that never ends", '"7\t8\n9', [['"7', "8"], ["9"]]],
  ["nothing", "", [[""]]],
])("%s", (_, text, block) => expect(parseBlock(text)).toEqual(block));
