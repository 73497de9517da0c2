using System.Reflection;
using Microsoft.OpenApi;
using SecretsService.Http;
using SecretsService.Outcomes;
using SecretsService.Sites;

namespace SecretsService.Import;

/// <summary>A file on its way in, with what is to be made of it.</summary>
internal sealed class ImportRequest : IRequestPart, IBindableFromHttpContext<ImportRequest>
{
    public static readonly QueryParameter Mode = new(
        "mode", JsonSchemaType.String, "`merge` leaves keys that the file does not have as they are, `replace` deletes them. Default: `merge`.");

    public static readonly QueryParameter DryRun =
        new("dry_run", JsonSchemaType.Boolean, "`true` answers with the plan and changes nothing. Default: `false`.");

    public static readonly QueryParameter Type = new(
        "environment_type", JsonSchemaType.String, "The environment type that the secrets are for, on a collection of the account, a site or an app.");

    public static readonly QueryParameter Force = new(
        "force", JsonSchemaType.Boolean,
        "`true` goes on although a declared requirement would then not be met, or although the file is empty and would delete everything. Default: `false`.");

    private ImportRequest(byte[] file, bool isJson, string mode, string? environmentType)
    {
        File = file;
        IsJson = isJson;
        Replaces = mode == "replace";
        EnvironmentType = environmentType;
    }

    private ImportRequest(Failure failure)
    {
        Failure = failure;
        File = [];
    }

    public Failure? Failure { get; }

    /// <summary>The file's bytes.</summary>
    public byte[] File { get; }

    /// <summary>True for a JSON map, false for dotenv.</summary>
    public bool IsJson { get; }

    /// <summary>True where keys that the file does not have are to be deleted.</summary>
    public bool Replaces { get; }

    /// <summary>The canonical name of the environment type selected, or null.</summary>
    public string? EnvironmentType { get; }

    public static async ValueTask<ImportRequest?> BindAsync(HttpContext context, ParameterInfo parameter)
    {
        // No bytes are a dotenv file without a key, and no JSON.
        byte[]? whenEmpty = RequestBody.IsOf(MediaTypes.Text, context.Request.ContentType) ? [] : null;
        var read = await RequestBody.ReadAsync(context.Request, whenEmpty, MediaTypes.Json, MediaTypes.Text);
        if (!read.Succeeded(out var file, out var failure))
        {
            return new ImportRequest(failure);
        }

        var query = context.Request.Query;
        var mode = query.TryGetValue(Mode.Name, out var text) ? text.ToString() : "merge";
        var type = query.TryGetValue(Type.Name, out text) ? EnvironmentTypes.Canonical(text.ToString()) : null;
        var errors = new FieldErrors();
        if (mode is not ("merge" or "replace"))
        {
            errors.Add(Mode.Name, "Must be merge or replace.");
        }

        if (type is not null && !EnvironmentTypes.IsType(type))
        {
            errors.Add(Type.Name, EnvironmentTypes.Rule);
        }

        return errors.Count > 0
            ? new ImportRequest(Failure.Invalid(errors))
            : new ImportRequest(file, RequestBody.IsOf(MediaTypes.Json, context.Request.ContentType), mode, type);
    }
}
