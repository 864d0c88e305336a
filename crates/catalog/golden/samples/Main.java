// Author CP Info (V1). Java 17: java Main.java; the token comes from the environment variable ASTROLABE_TOKEN.
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;

public class Main {
    public static void main(String[] args) throws Exception {
        String url = "http://127.0.0.1:8600/api/douyin-xingtu/gw/api/data_sp/author_cp_info/v1"
            + "?oAuthorId=" + encode("6826128263245070349")
            + "&platform=" + encode("SHORT_VIDEO");
        HttpRequest request = HttpRequest.newBuilder(URI.create(url))
            .header("Authorization", "Bearer " + System.getenv("ASTROLABE_TOKEN"))
            .timeout(Duration.ofSeconds(60))
            .build();
        HttpResponse<String> reply = HttpClient.newHttpClient().send(request, HttpResponse.BodyHandlers.ofString());
        // The code decides, not the HTTP status. A JSON library, such as Jackson, reads the rest.
        if (reply.body().matches("(?s)\\{\"code\": ?0,.*")) {
            System.out.println(reply.body());
        } else {
            System.err.println(reply.body());
            System.exit(1);
        }
    }

    private static String encode(String value) {
        return URLEncoder.encode(value, StandardCharsets.UTF_8);
    }
}
