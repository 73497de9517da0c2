using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using Shouldly;

namespace SecretsService.Testing;

/// <summary>Sends requests as curl would, and keeps what came back.</summary>
public sealed class ApiClient(HttpClient http, string? token)
{
    /// <summary>Where every route of the service's own API begins.</summary>
    public const string Api = "/api/v1/vector";

    public Task<ApiAnswer> GetAsync(string path, params (string Name, string Value)[] headers) =>
        SendAsync(HttpMethod.Get, path, content: null, headers);

    /// <summary>Posts JSON: an object, or a string that is sent as it stands.</summary>
    public Task<ApiAnswer> PostAsync(string path, object body, params (string Name, string Value)[] headers) =>
        SendAsync(HttpMethod.Post, path, JsonOf(body), headers);

    /// <inheritdoc cref="PostAsync"/>
    public Task<ApiAnswer> PutAsync(string path, object body, params (string Name, string Value)[] headers) =>
        SendAsync(HttpMethod.Put, path, JsonOf(body), headers);

    /// <inheritdoc cref="PostAsync"/>
    public Task<ApiAnswer> PatchAsync(string path, object body, params (string Name, string Value)[] headers) =>
        SendAsync(HttpMethod.Patch, path, JsonOf(body), headers);

    public Task<ApiAnswer> DeleteAsync(string path) => SendAsync(HttpMethod.Delete, path, content: null);

    /// <summary>Sends a request.</summary>
    /// <param name="method">The method.</param>
    /// <param name="path">The path within the API, or from the root where it begins with a second slash.</param>
    /// <param name="content">The body, or null.</param>
    /// <param name="headers">Further headers, sent without looking at them.</param>
    public async Task<ApiAnswer> SendAsync(
        HttpMethod method, string path, HttpContent? content, params (string Name, string Value)[] headers)
    {
        using var request = new HttpRequestMessage(
            method, new Uri(path.StartsWith("//", StringComparison.Ordinal) ? path[1..] : Api + path, UriKind.Relative));
        request.Content = content;
        if (token is not null)
        {
            request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", token);
        }

        foreach (var (name, value) in headers)
        {
            request.Headers.TryAddWithoutValidation(name, value).ShouldBeTrue();
        }

        using var response = await http.SendAsync(request);
        return new ApiAnswer(
            (int)response.StatusCode,
            response.Headers.Concat(response.Content.Headers).ToDictionary(h => h.Key, h => string.Join(", ", h.Value), StringComparer.OrdinalIgnoreCase),
            await response.Content.ReadAsStringAsync());
    }

    private static StringContent JsonOf(object body) =>
        new(body as string ?? JsonSerializer.Serialize(body), Encoding.UTF8, "application/json");
}

/// <summary>What came back.</summary>
/// <param name="Status">The HTTP status.</param>
/// <param name="Headers">The headers.</param>
/// <param name="Text">The body.</param>
public sealed record ApiAnswer(int Status, IReadOnlyDictionary<string, string> Headers, string Text)
{
    /// <summary>The body as JSON.</summary>
    public JsonElement Json => JsonDocument.Parse(Text).RootElement;

    /// <summary>The envelope's <c>data</c>.</summary>
    public JsonElement Data => Json.GetProperty("data");

    /// <summary>The envelope's <c>message</c>.</summary>
    public string? Message => Json.GetProperty("message").GetString();

    /// <summary>The id of the object in <c>data</c>.</summary>
    public string Id => Data.GetProperty("id").GetString()!;

    /// <summary>What is wrong with each field.</summary>
    public IDictionary<string, string> Errors => Json.TryGetProperty("errors", out var errors)
        ? errors.EnumerateObject().ToDictionary(e => e.Name, e => string.Join(' ', e.Value.EnumerateArray().Select(m => m.GetString())), StringComparer.Ordinal)
        : new Dictionary<string, string>(StringComparer.Ordinal);

    /// <summary>Fails with the body where the status is another.</summary>
    public ApiAnswer ShouldBe(int status)
    {
        Status.ShouldBe(status, Text);
        return this;
    }

    /// <summary>Fails unless the answer is a refusal in the envelope, with this status and code.</summary>
    public ApiAnswer ShouldBeError(int status, string code)
    {
        ShouldBe(status);
        Headers["Content-Type"].ShouldStartWith("application/json");
        Json.GetProperty("data").GetRawText().ShouldBe("{}");
        Json.GetProperty("code").GetString().ShouldBe(code, Text);
        Json.GetProperty("http_status").GetInt32().ShouldBe(status);
        Json.GetProperty("message").GetString().ShouldNotBeNullOrWhiteSpace();
        Json.GetProperty("request_id").GetString().ShouldBe(Headers["X-Request-Id"]);
        return this;
    }

    /// <summary>Fails unless the answer is a refusal that names this field, with a text that holds these words.</summary>
    public ApiAnswer ShouldBlame(string field, string words)
    {
        ShouldBe(422);
        Errors.ShouldContainKey(field, Text);
        Errors[field].ShouldContain(words, Case.Insensitive);
        return this;
    }
}
