// Author CP Info (V1). go run sample.go; the token comes from the environment variable ASTROLABE_TOKEN.
package main

import (
	"encoding/json"
	"fmt"
	"io"
	"log"
	"net/http"
	"net/url"
	"os"
	"time"
)

func main() {
	log.SetFlags(0)
	query := url.Values{"oAuthorId": {"6826128263245070349"}, "platform": {"SHORT_VIDEO"}}
	request, err := http.NewRequest(http.MethodGet, "http://127.0.0.1:8600/api/douyin-xingtu/gw/api/data_sp/author_cp_info/v1?"+query.Encode(), nil)
	if err != nil {
		log.Fatal(err)
	}
	request.Header.Set("Authorization", "Bearer "+os.Getenv("ASTROLABE_TOKEN"))
	client := &http.Client{Timeout: 60 * time.Second}
	response, err := client.Do(request)
	if err != nil {
		log.Fatal(err)
	}
	defer response.Body.Close()
	body, err := io.ReadAll(response.Body)
	if err != nil {
		log.Fatal(err)
	}
	var answer struct {
		Code int             `json:"code"`
		Data json.RawMessage `json:"data"`
	}
	if err := json.Unmarshal(body, &answer); err != nil {
		log.Fatal(err)
	}
	if answer.Code != 0 { // The code decides, not the HTTP status.
		log.Fatal(string(body))
	}
	fmt.Println(string(answer.Data))
}
