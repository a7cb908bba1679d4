/** Where people on this phone can be. The first is where they are unless they say otherwise. */
export const places = [
  { label: "广州市天河区体育西路 天河城", latitude: 23.132_191, longitude: 113.322_645 },
  { label: "广州白云国际机场", latitude: 23.392_436, longitude: 113.298_786 },
  { label: "北京市东城区王府井大街", latitude: 39.914_885, longitude: 116.411_123 }
] as const
