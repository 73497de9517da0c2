using System.Buffers;
using System.Text;

namespace SecretsService.Formats;

/// <summary>
/// A <c>.tfvars</c> file for Terraform and OpenTofu (HCL 2, hclsyntax/spec.md, "Template Expressions"; hclsyntax/parser.go, ParseStringLiteralToken).
/// The variables are strings; <c>${</c> and <c>%{</c> would begin a template and are doubled. Every string becomes Unicode's normal form C
/// (zclconf/go-cty, cty.StringVal), so a value that is not in it already would come back as other bytes.
/// </summary>
internal sealed class TerraformFormat : VariableFormat
{
    // hashicorp/terraform, internal/configs/module_call.go, moduleBlockSchema: what a variable must not be called (decodeVariableBlock), 1.14 with
    // ignore_nested_deprecations. Names are case-sensitive.
    private static readonly HashSet<string> Reserved = new(StringComparer.Ordinal)
    {
        "source", "version", "providers", "count", "for_each", "depends_on", "lifecycle", "locals", "provider", "ignore_nested_deprecations", "_",
    };

    private static readonly SearchValues<byte> Special = SearchValues.Create([.. EscapedText.Escapable, (byte)'$', (byte)'%']);

    public override string Name => "terraform";

    public override string Consumer => "terraform and tofu: -var-file";

    public override string? FaultOfName(string name) =>
        Reserved.Contains(name) ? "Terraform reserves this name for its module blocks: no variable can have it. Choose another name." : null;

    public override void Write(IReadOnlyList<Variable> variables, FormatContext context, IBufferWriter<byte> output)
    {
        foreach (var variable in variables)
        {
            Encoding.ASCII.GetBytes(variable.Name, output);
            output.Write(" = \""u8);
            EscapedText.Write(variable.Value.Span, Special, WriteEscape, output);
            output.Write("\"\n"u8);
        }
    }

    protected override string? FaultOfValue(Variable variable) =>
        NormalForm.IsSurelyC(variable.Value.Span)
            ? null
            : "The value has characters that Terraform would replace when it brings text into Unicode's normal form C, or might. "
                + "Write accented letters as one character each, or hand the value over in base64.";

    private static int WriteEscape(ReadOnlySpan<byte> text, IBufferWriter<byte> output)
    {
        if (text[0] is not ((byte)'$' or (byte)'%'))
        {
            return EscapedText.WriteEscape(text, output);
        }

        output.Write(text[..1]);
        if (text.Length > 1 && text[1] == (byte)'{')
        {
            output.Write(text[..1]);
        }

        return 1;
    }
}
