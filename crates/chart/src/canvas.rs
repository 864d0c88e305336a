//! The SVG itself: shapes by class, one style sheet, texts escaped.

use std::fmt::Write;

use catalog::Lang;

/// A place in the picture, in its units.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Point {
    pub(crate) x: f64,
    pub(crate) y: f64,
}

impl Point {
    pub(crate) fn new(x: f64, y: f64) -> Self {
        Self { x, y }
    }

    pub(crate) fn moved(self, x: f64, y: f64) -> Self {
        Self::new(self.x + x, self.y + y)
    }
}

/// How many colours there are for things told apart, `c0` to `c6`; `c7` is for all others.
pub(crate) const COLOURS: usize = 7;

/// Classes and not properties with variables: programs that are no browsers know the former only.
const STYLE: &str = "\
text{font-family:system-ui,-apple-system,'Segoe UI','PingFang SC','Hiragino Sans GB','Microsoft YaHei',\
'Noto Sans CJK SC','Noto Sans SC',sans-serif;font-size:13px;fill:#1b2236}\
.title{font-size:18px;font-weight:600}.strong{font-weight:600}.soft{fill:#5a6275}.label{font-size:12px}.name{paint-order:stroke;stroke:#fff;stroke-width:3px}\
.mid{text-anchor:middle}.end{text-anchor:end}\
.paper{fill:#fff}.grid{stroke:#e6e4dd}.axis{stroke:#8a90a0}.line{fill:none;stroke-width:2}.dashed{stroke-dasharray:6 4}.range{stroke-width:1.5;stroke-opacity:.45}.faint{stroke-opacity:.15}\
.dot{stroke:#fff;stroke-width:1}.band{fill-opacity:.16;stroke:none}\
g:hover>.range{stroke-opacity:1}g:hover>.dot{stroke:#1b2236}\
.c0{fill:#27479b}.s0{stroke:#27479b}.c1{fill:#c2570c}.s1{stroke:#c2570c}.c2{fill:#1d7044}.s2{stroke:#1d7044}\
.c3{fill:#8b3fa8}.s3{stroke:#8b3fa8}.c4{fill:#b3263c}.s4{stroke:#b3263c}.c5{fill:#0b7285}.s5{stroke:#0b7285}\
.c6{fill:#8a5a12}.s6{stroke:#8a5a12}.c7{fill:#7d8494}.s7{stroke:#7d8494}.pale{fill:#b9c5e4}\
@media(prefers-color-scheme:dark){text{fill:#e6e9f4}.soft{fill:#a2abc6}\
.name{stroke:#151b2d}.paper{fill:#151b2d}.grid{stroke:#2a3350}.axis{stroke:#6f7a99}.dot{stroke:#151b2d}g:hover>.dot{stroke:#e6e9f4}\
.c0{fill:#9db8ff}.s0{stroke:#9db8ff}.c1{fill:#ffa94d}.s1{stroke:#ffa94d}.c2{fill:#7fd6a3}.s2{stroke:#7fd6a3}\
.c3{fill:#d9a3f0}.s3{stroke:#d9a3f0}.c4{fill:#ff9d95}.s4{stroke:#ff9d95}.c5{fill:#66d0e0}.s5{stroke:#66d0e0}\
.c6{fill:#e8b96a}.s6{stroke:#e8b96a}.c7{fill:#9aa3b8}.s7{stroke:#9aa3b8}.pale{fill:#3d4d80}}";

/// A picture being drawn, from back to front.
pub(crate) struct Canvas {
    svg: String,
}

impl Canvas {
    /// An empty picture; `described` tells in words what it shows, to those who cannot see it.
    pub(crate) fn new(width: f64, height: f64, lang: Lang, title: &str, described: &str) -> Self {
        let language = match lang {
            Lang::En => "en",
            Lang::Zh => "zh-CN",
        };
        let (title, described) = (escaped(title), escaped(described));
        let svg = format!(
            "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {width} {height}\" width=\"{width}\" height=\"{height}\" \
             lang=\"{language}\" role=\"img\" aria-labelledby=\"chart-title chart-described\">\n\
             <title id=\"chart-title\">{title}</title>\n<desc id=\"chart-described\">{described}</desc>\n\
             <style>{STYLE}</style>\n<rect class=\"paper\" width=\"100%\" height=\"100%\"/>\n"
        );
        Self { svg }
    }

    pub(crate) fn text(&mut self, at: Point, class: &str, text: &str) {
        self.push(format_args!("<text x=\"{:.1}\" y=\"{:.1}\" class=\"{class}\">{}</text>", at.x, at.y, escaped(text)));
    }

    /// A text that reads upwards, its middle at `at`.
    pub(crate) fn upward(&mut self, at: Point, class: &str, text: &str) {
        let Point { x, y } = at;
        self.push(format_args!(
            "<text transform=\"translate({x:.1} {y:.1}) rotate(-90)\" class=\"{class} mid\">{}</text>",
            escaped(text)
        ));
    }

    pub(crate) fn line(&mut self, from: Point, to: Point, class: &str) {
        let (Point { x, y }, to) = (from, to);
        self.push(format_args!(
            "<line x1=\"{x:.1}\" y1=\"{y:.1}\" x2=\"{:.1}\" y2=\"{:.1}\" class=\"{class}\"/>",
            to.x, to.y
        ));
    }

    pub(crate) fn circle(&mut self, at: Point, radius: f64, class: &str) {
        self.push(format_args!("<circle cx=\"{:.1}\" cy=\"{:.1}\" r=\"{radius}\" class=\"{class}\"/>", at.x, at.y));
    }

    /// A rectangle with its upper left corner at `at`.
    pub(crate) fn rectangle(&mut self, at: Point, width: f64, height: f64, class: &str) {
        self.push(format_args!(
            "<rect x=\"{:.1}\" y=\"{:.1}\" width=\"{width:.1}\" height=\"{height:.1}\" rx=\"2\" class=\"{class}\"/>",
            at.x, at.y
        ));
    }

    /// Straight lines from point to point, closed where the class fills them.
    pub(crate) fn path(&mut self, points: &[Point], closed: bool, class: &str) {
        let mut path = String::new();
        for (at, Point { x, y }) in points.iter().enumerate() {
            let command = if at == 0 { 'M' } else { 'L' };
            let _ = write!(path, "{command}{x:.1} {y:.1}");
        }
        let end = if closed { "Z" } else { "" };
        self.push(format_args!("<path d=\"{path}{end}\" class=\"{class}\"/>"));
    }

    /// What `draw` draws, under one text that shows while the pointer is over it.
    pub(crate) fn hint(&mut self, text: &str, draw: impl FnOnce(&mut Self)) {
        self.push(format_args!("<g><title>{}</title>", escaped(text)));
        draw(self);
        self.push(format_args!("</g>"));
    }

    /// The finished picture.
    pub(crate) fn finish(mut self) -> String {
        self.svg.push_str("</svg>\n");
        self.svg
    }

    fn push(&mut self, element: std::fmt::Arguments) {
        let _ = writeln!(self.svg, "{element}");
    }
}

/// A text as XML takes it; control characters, which XML has no way to write, are left out.
fn escaped(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for letter in text.chars() {
        match letter {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '\n' | '\t' => escaped.push(letter),
            letter if letter.is_control() || matches!(letter, '\u{FFFE}' | '\u{FFFF}') => {}
            letter => escaped.push(letter),
        }
    }
    escaped
}

#[cfg(test)]
mod tests {
    use super::escaped;

    #[test]
    fn a_text_cannot_break_the_picture() {
        assert_eq!(escaped("a<b>&\u{0}\u{1b}美食"), "a&lt;b&gt;&amp;美食");
    }
}
