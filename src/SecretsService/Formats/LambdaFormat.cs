using System.Buffers;
using System.Text;
using System.Text.Encodings.Web;

namespace SecretsService.Formats;

/// <summary>
/// The JSON for <c>aws lambda update-function-configuration --environment file://</c> (AWS Lambda API 2015-03-31, Environment). It is ASCII, because
/// the AWS CLI reads files in the encoding of the locale.
/// </summary>
internal sealed class LambdaFormat : VariableFormat
{
    // "Total size of all environment variables: 4 KB" (AWS Lambda quotas). AWS measures the map as compact JSON, as its own refusal quotes it ("exceeded
    // the 4KB limit. String measured: {...}"), and as LocalStack, which is tested against AWS, does it (services/lambda_/provider.py).
    private const int EnvironmentBytes = 4_096;

    // AWS Lambda Developer Guide, "Defined runtime environment variables", the reserved ones; AWS_ACCESS_KEY and TZ are in some editions of it only.
    // Names are case-sensitive. Not every AWS_LAMBDA_ is reserved: AWS_LAMBDA_EXEC_WRAPPER is there to be set.
    private static readonly HashSet<string> Reserved = new(StringComparer.Ordinal)
    {
        "_HANDLER", "_X_AMZN_TRACE_ID", "AWS_DEFAULT_REGION", "AWS_REGION", "AWS_EXECUTION_ENV", "AWS_LAMBDA_FUNCTION_NAME",
        "AWS_LAMBDA_FUNCTION_MEMORY_SIZE", "AWS_LAMBDA_FUNCTION_VERSION", "AWS_LAMBDA_INITIALIZATION_TYPE", "AWS_LAMBDA_LOG_GROUP_NAME",
        "AWS_LAMBDA_LOG_STREAM_NAME", "AWS_ACCESS_KEY", "AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN", "AWS_LAMBDA_RUNTIME_API",
        "LAMBDA_TASK_ROOT", "LAMBDA_RUNTIME_DIR", "TZ",
    };

    public override string Name => "lambda";

    public override string MediaType => "application/json";

    public override string Consumer => "aws lambda update-function-configuration --environment file://";

    public override string? FaultOfName(string name) =>
        Reserved.Contains(name) ? "AWS Lambda reserves this name: it sets the variable itself. Choose another name."
        : name.Length < 2 || !char.IsAsciiLetter(name[0]) ? "A name in AWS Lambda begins with a letter and has two characters at least. Choose another name."
        : null;

    public override string? FaultOfSize(string name, int valueBytes)
    {
        // The least that the map with this variable alone measures: nothing in the value may need an escape.
        var bytes = "{}".Length + MeasureOf(name, valueBytes);
        return bytes > EnvironmentBytes
            ? $"With its name the value measures {Sizes.Text(bytes)}, and AWS Lambda takes {Sizes.Text(EnvironmentBytes)} for all variables together. "
                + "Let the function fetch it when it starts."
            : null;
    }

    public override void Write(IReadOnlyList<Variable> variables, FormatContext context, IBufferWriter<byte> output)
    {
        output.Write("{\"Variables\":{"u8);
        var separator = ""u8;
        foreach (var variable in variables)
        {
            output.Write(separator);
            output.Write("\""u8);
            Encoding.ASCII.GetBytes(variable.Name, output);
            output.Write("\":"u8);
            JsonText.Write(variable.Value.Span, JavaScriptEncoder.Default, output);
            separator = ","u8;
        }

        output.Write("}}\n"u8);
    }

    protected override string? FaultOfAll(IReadOnlyList<Variable> variables)
    {
        var bytes = 1 + variables.Sum(v => 1L + MeasureOf(v.Name, EscapedLength(v.Value.Span)));
        return bytes > EnvironmentBytes
            ? $"Names and values measure {Sizes.Text(bytes)} as JSON, and AWS Lambda takes {Sizes.Text(EnvironmentBytes)} for all together. {Sizes.Largest(variables)} "
                + "Let the function fetch some when it starts."
            : null;
    }

    private static int MeasureOf(string name, int escapedBytes) => name.Length + escapedBytes + "\"\":\"\"".Length;

    private static int EscapedLength(ReadOnlySpan<byte> value)
    {
        var length = value.Length;
        foreach (var b in value)
        {
            length += b switch
            {
                (byte)'"' or (byte)'\\' or (byte)'\n' or (byte)'\r' or (byte)'\t' or (byte)'\b' or (byte)'\f' => 1,
                < 0x20 => 5,
                _ => 0,
            };
        }

        return length;
    }
}
