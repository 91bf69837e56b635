package richtext

import (
	"github.com/yuin/goldmark/ast"
	extast "github.com/yuin/goldmark/extension/ast"
	"github.com/yuin/goldmark/parser"
	"github.com/yuin/goldmark/text"
)

// deepest is how many quotations and list items stand within each other, and how many pairs of
// emphasis: signs beyond that are words. A page of 20,000 signs would else be 27 times as long.
const deepest = 16

// shallow is a parser of blocks that opens none deeper than deepest.
type shallow struct{ parser.BlockParser }

// Open opens a block, unless its parent is one of the deepest: its sign begins a paragraph then.
func (s shallow) Open(parent ast.Node, reader text.Reader, pc parser.Context) (ast.Node, parser.State) {
	depth := 0
	for node := parent; node != nil; node = node.Parent() {
		if kind := node.Kind(); kind == ast.KindBlockquote || kind == ast.KindListItem {
			depth++
		}
	}
	if depth >= deepest {
		return nil, parser.NoChildren
	}
	return s.BlockParser.Open(parent, reader, pc)
}

// nests tells whether a node is one of those that may stand within each other in a line.
func nests(node ast.Node) bool {
	return node.Kind() == ast.KindEmphasis || node.Kind() == extast.KindStrikethrough
}
