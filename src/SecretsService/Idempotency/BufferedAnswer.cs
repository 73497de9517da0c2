using System.Security.Cryptography;
using System.Text;
using Microsoft.Net.Http.Headers;

namespace SecretsService.Idempotency;

/// <summary>
/// A whole answer in memory: as a handler gave it, or as it was kept. Both are written to the client from the same bytes, so that the two
/// cannot differ. They may hold a value, and are zeroed once they are written.
/// </summary>
/// <remarks>
/// <code>
/// bytes := { format (1) | status (4, little-endian) | a text for each of KeptHeaders, empty where it is absent | body }
/// text  := { length in bytes (7 bits a byte, lowest first) | UTF-8 }
/// </code>
/// </remarks>
internal sealed class BufferedAnswer : IResult
{
    private const byte Format = 1;
    private const string ReplayedHeader = "Idempotency-Replayed";

    // What an answer of the API says beside its body. A new one goes at the end, with a new format.
    private static readonly string[] KeptHeaders = [HeaderNames.ContentType, HeaderNames.ETag, HeaderNames.Location, HeaderNames.CacheControl];

    private readonly byte[] _bytes;
    private readonly bool _isReplay;
    private readonly int _status;
    private readonly string[] _headers;
    private readonly ReadOnlyMemory<byte> _body;

    private BufferedAnswer(byte[] bytes, bool isReplay)
    {
        _bytes = bytes;
        _isReplay = isReplay;
        using var stream = new MemoryStream(bytes, writable: false);
        using var reader = new BinaryReader(stream, Encoding.UTF8);
        if (reader.ReadByte() != Format)
        {
            throw new InvalidOperationException("A kept answer has the format of a later release.");
        }

        _status = reader.ReadInt32();
        _headers = [.. KeptHeaders.Select(_ => reader.ReadString())];
        _body = bytes.AsMemory((int)stream.Position);
    }

    /// <summary>All of it, to be kept.</summary>
    public ReadOnlyMemory<byte> Bytes => _bytes;

    /// <summary>True where the request was done.</summary>
    public bool Succeeded => _status is >= 200 and < 300;

    /// <summary>An answer that was kept.</summary>
    /// <param name="bytes">Its bytes, which are this object's from now on.</param>
    public static BufferedAnswer Kept(byte[] bytes) => new(bytes, isReplay: true);

    /// <summary>Lets an answer write into memory what it would have sent.</summary>
    public static async Task<BufferedAnswer> CaptureAsync(IResult answer, HttpContext context)
    {
        var response = context.Response;
        var client = response.Body;
        using var body = new ZeroingStream();
        response.Body = body;
        try
        {
            await answer.ExecuteAsync(context);
            await response.CompleteAsync();
        }
        finally
        {
            response.Body = client;
        }

        return new BufferedAnswer(Pack(response, body), isReplay: false);
    }

    public async Task ExecuteAsync(HttpContext httpContext)
    {
        try
        {
            var response = httpContext.Response;
            response.StatusCode = _status;
            foreach (var (name, value) in KeptHeaders.Zip(_headers).Where(header => header.Second.Length > 0))
            {
                response.Headers[name] = value;
            }

            if (_isReplay)
            {
                response.Headers[ReplayedHeader] = "true";
            }

            if (!_body.IsEmpty)
            {
                response.ContentLength = _body.Length;
                await response.Body.WriteAsync(_body, httpContext.RequestAborted);
            }
        }
        finally
        {
            CryptographicOperations.ZeroMemory(_bytes);
        }
    }

    private static byte[] Pack(HttpResponse response, ZeroingStream body)
    {
        using var head = new MemoryStream();
        using var writer = new BinaryWriter(head, Encoding.UTF8);
        writer.Write(Format);
        writer.Write(response.StatusCode);
        foreach (var name in KeptHeaders)
        {
            writer.Write(response.Headers[name].ToString());
        }

        return [.. head.GetBuffer().AsSpan(0, (int)head.Length), .. body.Written];
    }
}
