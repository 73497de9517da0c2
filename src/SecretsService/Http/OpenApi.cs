using System.Globalization;
using System.Reflection;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Http.Metadata;
using Microsoft.OpenApi;
using SecretsService.Contracts;
using Swashbuckle.AspNetCore.SwaggerGen;

namespace SecretsService.Http;

/// <summary>The OpenAPI document at <c>/swagger/v1/swagger.json</c> and Swagger UI at <c>/swagger</c>.</summary>
internal static class OpenApi
{
    /// <summary>The name of the security scheme.</summary>
    public const string BearerScheme = "bearer";

    /// <summary>Where Swagger UI and the document are.</summary>
    public const string UiPath = "/swagger";

    public static void AddOpenApiDocument(this IServiceCollection services)
    {
        services.AddEndpointsApiExplorer();
        services.ConfigureHttpJsonOptions(json =>
        {
            json.SerializerOptions.TypeInfoResolverChain.Insert(0, ContractsJson.Default);
            json.SerializerOptions.PropertyNamingPolicy = ContractsJson.Default.Options.PropertyNamingPolicy;
        });
        services.AddSwaggerGen(options =>
        {
            options.SwaggerDoc("v1", Info());
            options.AddServer(new OpenApiServer { Url = "/", Description = "This service" });
            options.AddSecurityDefinition(BearerScheme, new OpenApiSecurityScheme
            {
                Type = SecuritySchemeType.Http,
                Scheme = "bearer",
                Description = "An API key: the text that begins with `sks_`. The variables of a deployment can be read with a deployment token too, which begins with `sks_dt_`.",
            });
            options.SupportNonNullableReferenceTypes();
            options.NonNullableReferenceTypesAsRequired();
            options.CustomSchemaIds(SchemaId);
            options.IncludeXmlComments(typeof(ContractsJson).Assembly);
            options.MapType<Clearable<string?>>(() => new OpenApiSchema { Type = JsonSchemaType.String | JsonSchemaType.Null });
            options.MapType<Clearable<DateTimeOffset?>>(
                () => new OpenApiSchema { Type = JsonSchemaType.String | JsonSchemaType.Null, Format = "date-time" });
            options.MapType<ValueInput>(() => new OpenApiSchema { Type = JsonSchemaType.String | JsonSchemaType.Object });
            options.SchemaFilter<ContractSchemaFilter>();
            options.OperationFilter<RouteOperationFilter>();
            options.DocumentFilter<TagFilter>();
        });
    }

    public static void UseOpenApiDocument(this WebApplication app)
    {
        app.UseSwagger(options => options.OpenApiVersion = OpenApiSpecVersion.OpenApi3_1);
        app.UseSwaggerUI(options =>
        {
            options.SwaggerEndpoint("/swagger/v1/swagger.json", "Secrets Service v1");
            options.DocumentTitle = "Secrets Service API";
            options.EnableTryItOutByDefault();
        });
    }

    private static OpenApiInfo Info() => new()
    {
        Title = "Secrets Service",
        Version = "v1",
        Description =
            "Stores API keys and configuration once, globally or per environment, and gives every deployment one merged map of environment "
            + "variables. A secret's value goes in and comes back in the merged map, and where it is revealed by name, which is audited. Every answer is an envelope: `data`, `message` and "
            + "`http_status`; a refusal has `code`, and `errors` with what is wrong in each field.",
        License = new OpenApiLicense { Name = "MIT", Identifier = "MIT" },
    };

    private static string SchemaId(Type type) => type.IsGenericType
        ? string.Concat(type.GenericTypeArguments.Select(SchemaId)) + type.Name[..type.Name.IndexOf('`', StringComparison.Ordinal)]
        : type.Name;
}

/// <summary>Completes an operation with what minimal APIs do not tell: the body that a handler reads by itself, path and query parameters, security.</summary>
internal sealed class RouteOperationFilter : IOperationFilter
{
    private static readonly Dictionary<string, string> PathParameters = new(StringComparer.Ordinal)
    {
        ["site"] = "The site's id or slug.",
        ["environment"] = "The environment's id or slug.",
        ["app"] = "The app's id or slug.",
        ["type"] = "The secret type's key.",
        ["key"] = "The name of the environment variable.",
        ["id"] = "The id.",
    };

    public void Apply(OpenApiOperation operation, OperationFilterContext context)
    {
        var metadata = context.ApiDescription.ActionDescriptor.EndpointMetadata;
        operation.Parameters =
        [
            .. PathParametersOf(context.ApiDescription.RelativePath!),
            .. metadata.OfType<QueryParameter>().Select(query => new OpenApiParameter
            {
                Name = query.Name,
                In = ParameterLocation.Query,
                Description = query.Description,
                Schema = new OpenApiSchema
                {
                    Type = query.Type,
                    Minimum = query.Maximum is null ? null : "1",
                    Maximum = query.Maximum?.ToString(CultureInfo.InvariantCulture),
                    Enum = query.Allowed is null ? null : [.. query.Allowed.Select(text => (JsonNode)text)],
                },
            }),
            .. HeadersOf(context, metadata),
        ];
        operation.RequestBody = BodyOf(context, metadata);
        operation.Security = metadata.OfType<IAllowAnonymous>().Any()
            ? []
            : [new() { [new OpenApiSecuritySchemeReference(OpenApi.BearerScheme, context.Document)] = [] }];
        AddExamples(operation, metadata);
        AddBareTexts(operation, metadata);
    }

    private static IEnumerable<IOpenApiParameter> PathParametersOf(string path) =>
        from segment in path.Split('/')
        where segment.StartsWith('{')
        let name = segment.Trim('{', '}')
        select new OpenApiParameter
        {
            Name = name,
            In = ParameterLocation.Path,
            Required = true,
            Description = PathParameters[name],
            Schema = new OpenApiSchema { Type = JsonSchemaType.String },
        };

    private static IEnumerable<IOpenApiParameter> HeadersOf(OperationFilterContext context, IList<object> metadata)
    {
        var takesIfMatch = context.MethodInfo.GetParameters().Any(p => p.ParameterType == typeof(IfMatch));
        return metadata.OfType<RequestHeader>().Concat(takesIfMatch ? [IfMatch.Header] : []).Select(header => new OpenApiParameter
        {
            Name = header.Name,
            In = ParameterLocation.Header,
            Description = header.Description,
            Schema = new OpenApiSchema { Type = JsonSchemaType.String, MinLength = header.MaxLength is null ? null : 1, MaxLength = header.MaxLength },
        });
    }

    private static OpenApiRequestBody? BodyOf(OperationFilterContext context, IList<object> metadata)
    {
        if (metadata.OfType<FileBody>().FirstOrDefault() is { } file)
        {
            return FileBodyOf(file, metadata);
        }

        var body = context.MethodInfo.GetParameters()
            .Select(p => p.ParameterType)
            .FirstOrDefault(t => IsA(typeof(JsonBody<>), t) || IsA(typeof(JsonListBody<>), t));
        return body is null ? null : new OpenApiRequestBody
        {
            Required = !context.MethodInfo.GetParameters().Any(p => p.IsDefined(typeof(OptionalBodyAttribute), inherit: false)),
            Content = new Dictionary<string, IOpenApiMediaType>(StringComparer.Ordinal)
            {
                ["application/json"] = new OpenApiMediaType
                {
                    Schema = SchemaOf(body, context),
                    Example = metadata.OfType<BodyExample>().FirstOrDefault()?.ToJson(),
                },
            },
        };
    }

    private static OpenApiRequestBody FileBodyOf(FileBody file, IList<object> metadata) => new()
    {
        Required = true,
        Content = file.MediaTypes.ToDictionary(
            type => type,
            IOpenApiMediaType (type) => new OpenApiMediaType
            {
                Schema = new OpenApiSchema { Type = type == MediaTypes.Json ? JsonSchemaType.Object : JsonSchemaType.String },
                Example = type == MediaTypes.Json ? metadata.OfType<BodyExample>().FirstOrDefault()?.ToJson() : null,
            },
            StringComparer.Ordinal),
    };

    private static IOpenApiSchema SchemaOf(Type body, OperationFilterContext context)
    {
        var record = context.SchemaGenerator.GenerateSchema(body.GenericTypeArguments[0], context.SchemaRepository);
        return IsA(typeof(JsonListBody<>), body)
            ? new OpenApiSchema { Type = JsonSchemaType.Array, Items = record, MaxItems = RequestBody.MaxEntries }
            : record;
    }

    private static bool IsA(Type generic, Type type) => type.IsGenericType && type.GetGenericTypeDefinition() == generic;

    private static void AddBareTexts(OpenApiOperation operation, IList<object> metadata)
    {
        foreach (var type in metadata.OfType<BareText>().SelectMany(text => text.MediaTypes))
        {
            operation.Responses!["200"].Content!.TryAdd(type, new OpenApiMediaType { Schema = new OpenApiSchema { Type = JsonSchemaType.String } });
        }
    }

    private static void AddExamples(OpenApiOperation operation, IList<object> metadata)
    {
        foreach (var answer in metadata.OfType<IProducesResponseTypeMetadata>().Where(a => a.Type is not null && a.Type != typeof(void)))
        {
            var status = answer.StatusCode.ToString(CultureInfo.InvariantCulture);
            if (operation.Responses?[status].Content?.TryGetValue("application/json", out var media) == true && media is OpenApiMediaType content)
            {
                content.Example = ErrorExamples.Of(status) ?? AnswerExamples.Of(answer.Type!, answer.StatusCode, operation.Summary!);
            }
        }
    }
}

/// <summary>Says of a route that it can answer 200 with a bare text instead of the envelope.</summary>
/// <param name="MediaTypes">The media types that it can be of.</param>
internal sealed record BareText(params string[] MediaTypes);

/// <summary>Says of the records what their attributes and the strict reader mean.</summary>
internal sealed class ContractSchemaFilter : ISchemaFilter
{
    private static readonly string[] RequestVerbs = ["Create", "Update", "RollbackSecret", "RollbackDeployment", "RevealSecret", "RequireSecret", "RunPreflight", "RotateApiKey"];

    public void Apply(IOpenApiSchema schema, SchemaFilterContext context)
    {
        if (schema is not OpenApiSchema record || record.Properties is null)
        {
            return;
        }

        // Requests are read strictly. Answers may gain members, and no client should refuse them for it.
        record.AdditionalPropertiesAllowed = !IsRequest(context.Type);
        foreach (var property in IsRequest(context.Type) ? context.Type.GetProperties() : [])
        {
            var name = StrictJson.NameOf(property.Name);
            if (record.Properties.TryGetValue(name, out var member) && member is OpenApiSchema described)
            {
                DescribeNull(record, property, name, described);
            }
        }
    }

    private static void DescribeNull(OpenApiSchema record, PropertyInfo property, string name, OpenApiSchema member)
    {
        if (IsClearable(property.PropertyType))
        {
            // The type itself is a struct, so that the generator takes it for one that is never null and always there.
            member.Type |= JsonSchemaType.Null;
            record.Required?.Remove(name);
        }
        else if (new NullabilityInfoContext().Create(property).WriteState == NullabilityState.NotNull)
        {
            // Not the attribute DisallowNull itself: the compiler puts it on the setter's parameter.
            member.Type &= ~JsonSchemaType.Null;
        }
    }

    private static bool IsClearable(Type type) => type.IsGenericType && type.GetGenericTypeDefinition() == typeof(Clearable<>);

    private static bool IsRequest(Type type) => RequestVerbs.Any(verb => type.Name.StartsWith(verb, StringComparison.Ordinal));
}

/// <summary>Says of a route that its body is a file of one of some types.</summary>
internal sealed record FileBody(params string[] MediaTypes);

/// <summary>A body that the route takes, as an example in OpenAPI.</summary>
/// <param name="Json">The text of the body.</param>
internal sealed record BodyExample(string Json)
{
    public JsonNode ToJson() => JsonNode.Parse(Json)!;
}
